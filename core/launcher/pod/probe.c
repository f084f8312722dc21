// `varka-pod probe`: the real set-up and one captured connection in a throw-away child; the result as one
// line of JSON.
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pod.h"

// SO_ORIGINAL_DST of linux/netfilter_ipv4.h, which cannot be included beside netinet/in.h.
enum { kOriginalDestination = 80 };

static void put_json_text(const char* text, size_t length) {
  putchar('"');
  for (size_t i = 0; i < length; i++) {
    const unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\')
      printf("\\%c", c);
    else if (c < 0x20)
      printf("\\u%04x", c);
    else
      putchar(c);
  }
  putchar('"');
}

static void put_field(const char* name, const char* text) {
  printf(",\"%s\":", name);
  put_json_text(text, strlen(text));
}

static void put_warnings(const struct notes* notes) {
  printf(",\"warnings\":[");
  const char* line = notes->text;
  for (bool first = true; *line; first = false) {
    const size_t length = strcspn(line, "\n");
    if (!first) putchar(',');
    put_json_text(line, length);
    line += length + (line[length] == '\n');
  }
  putchar(']');
}

// A connection to a documentation address must arrive at our listener and know where it wanted to go.
static int capture_one(const struct listeners* listeners, struct failure* failure) {
  static const char kStep[] = "see a captured connection";
  const struct sockaddr_in wanted = {
      .sin_family = AF_INET, .sin_port = htons(4711), .sin_addr.s_addr = htonl(0xcb007107u)};  // 203.0.113.7
  struct sockaddr_in original = {0};
  socklen_t size = sizeof original;
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (client < 0) return fail_at(failure, errno, kStep);
  if (connect(client, (const struct sockaddr*)&wanted, sizeof wanted) != 0 && errno != EINPROGRESS)
    return fail_at(failure, errno, kStep);
  struct pollfd arrival = {listeners->out4, POLLIN, 0};
  if (poll(&arrival, 1, 2000) != 1) return fail_at(failure, ETIMEDOUT, kStep);
  const int server = accept(listeners->out4, NULL, NULL);
  if (server < 0) return fail_at(failure, errno, kStep);
  if (getsockopt(server, SOL_IP, kOriginalDestination, &original, &size) != 0)
    return fail_at(failure, errno, kStep);
  if (original.sin_addr.s_addr != wanted.sin_addr.s_addr || original.sin_port != wanted.sin_port)
    return fail_at(failure, EPROTO, kStep);
  return 0;
}

static int probe_in_child(const char* etc) {
  struct pod_options options = {.hostname = "varka-probe", .etc = etc, .control = -1};
  options.ip.s_addr = htonl(0x0af4fffeu);  // 10.244.255.254
  struct listeners listeners;
  struct failure failure = {0};
  struct notes notes = {0};
  int result = set_up_pod(&options, &listeners, &failure, &notes);
  if (result == 0) result = capture_one(&listeners, &failure);
  printf("{\"ok\":%s,\"user\":%u", result == 0 ? "true" : "false", (unsigned)geteuid());
  if (result != 0) {
    put_field("step", failure.step);
    put_field("error", strerror(failure.error));
    put_field("advice", explain(failure.step, failure.error));
  }
  put_warnings(&notes);
  puts("}");
  return fflush(stdout) == 0 && result == 0 ? 0 : 1;
}

int run_probe(void) {
  char etc[] = "/tmp/varka-probe-XXXXXX";
  const char* directory = mkdtemp(etc);
  const pid_t child = fork();
  if (child < 0) {
    perror("varka-pod: fork");
    return 1;
  }
  if (child == 0) _exit(probe_in_child(directory));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (directory) rmdir(directory);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// The pod's "pause container": holds the namespaces and the listeners, makes sockets on request, and ends
// everything that lives in the pod when the engine goes. Protocol: docs/contracts.md, "The capture channel".
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pod.h"

struct agent {
  int control;
  int engine;  // pidfd: control alone may be held open by a child that the engine was just starting
  struct listeners listeners;
  int proxies[kMaxProxies];
};

static int kill_inhabitants(const struct stat* network) {
  DIR* processes = opendir("/proc");
  if (!processes) return 0;
  int killed = 0;
  for (struct dirent* entry = readdir(processes); entry; entry = readdir(processes)) {
    const int pid = atoi(entry->d_name);
    char path[64];
    struct stat theirs;
    if (pid <= 0 || pid == getpid()) continue;
    snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
    if (stat(path, &theirs) != 0 || theirs.st_ino != network->st_ino || theirs.st_dev != network->st_dev)
      continue;
    if (kill(pid, SIGKILL) == 0) killed++;
  }
  closedir(processes);
  return killed;
}

// Until a round finds nobody: a process may fork while we look.
static int sweep(void) {
  struct stat network;
  if (stat("/proc/self/ns/net", &network) != 0) return 0;
  const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
  int total = 0;
  for (int round = 0; round < 50; round++) {
    const int killed = kill_inhabitants(&network);
    if (killed == 0) break;
    total += killed;
    nanosleep(&pause, NULL);
  }
  return total;
}

static void send_listeners(int channel, const struct listeners* listeners) {
  static const char kNames[] = "Lout4,dns4u,dns4t";
  const int descriptors[] = {listeners->out4, listeners->dns4u, listeners->dns4t};
  send_packet(channel, kNames, sizeof kNames - 1, descriptors, 3);
}

// `request` is type, family, count. An answer without descriptors says that none could be made.
static void send_sockets(int channel, const uint8_t* request) {
  const int family = request[1] == 6 ? AF_INET6 : AF_INET;
  const int wanted = request[2] > kMaxDescriptors ? kMaxDescriptors : request[2];
  int sockets[kMaxDescriptors] = {0}, made = 0;
  while (made < wanted) {
    const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) break;
    sockets[made++] = fd;
  }
  send_packet(channel, request, 1, sockets, made);
  while (made > 0) close(sockets[--made]);
}

static void adopt_proxy(struct agent* agent, int channel) {
  for (int i = 0; i < kMaxProxies; i++) {
    if (agent->proxies[i] >= 0) continue;
    agent->proxies[i] = channel;
    return;
  }
  close(channel);
}

static void answer_engine(struct agent* agent, const uint8_t* packet, long length, int* descriptors,
                          int count) {
  if (packet[0] == 'P' && count > 0) {
    adopt_proxy(agent, descriptors[0]);
    descriptors[0] = -1;
  } else if (packet[0] == 'F' && length >= 3) {
    send_sockets(agent->control, packet);
  } else if (packet[0] == 'K') {
    char answer[16];
    const int size = snprintf(answer, sizeof answer, "K%d", sweep());
    send_packet(agent->control, answer, (size_t)size, NULL, 0);
  }
  for (int i = 0; i < count; i++)
    if (descriptors[i] >= 0) close(descriptors[i]);
}

// False at the end of the channel.
static bool serve_engine(struct agent* agent) {
  uint8_t packet[16];
  int descriptors[kMaxDescriptors], count = 0;
  const long length = receive_packet(agent->control, packet, sizeof packet, descriptors, &count);
  if (length <= 0) return false;
  answer_engine(agent, packet, length, descriptors, count);
  return true;
}

static bool serve_proxy(struct agent* agent, int channel) {
  uint8_t packet[16];
  int descriptors[kMaxDescriptors], count = 0;
  const long length = receive_packet(channel, packet, sizeof packet, descriptors, &count);
  for (int i = 0; i < count; i++) close(descriptors[i]);
  if (length <= 0) return false;
  if (packet[0] == 'L') send_listeners(channel, &agent->listeners);
  if (packet[0] == 'S' && length >= 3) send_sockets(channel, packet);
  return true;
}

static void serve(struct agent* agent) {
  for (;;) {
    struct pollfd events[2 + kMaxProxies] = {{agent->control, POLLIN, 0}, {agent->engine, POLLIN, 0}};
    for (int i = 0; i < kMaxProxies; i++) events[2 + i] = (struct pollfd){agent->proxies[i], POLLIN, 0};
    if (poll(events, 2 + kMaxProxies, -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (events[1].revents) return;
    if (events[0].revents && !serve_engine(agent)) return;
    for (int i = 0; i < kMaxProxies; i++) {
      if (!events[2 + i].revents || agent->proxies[i] != events[2 + i].fd) continue;
      if (serve_proxy(agent, agent->proxies[i])) continue;
      close(agent->proxies[i]);
      agent->proxies[i] = -1;
    }
  }
}

static void let_go_of_terminal(void) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  if (null > 2) close(null);
  if (chdir("/") != 0) return;
}

// "R" + warnings + the namespaces "user,net,mnt,uts" (no user namespace when the engine is root).
static bool report_ready(int control, const struct notes* notes) {
  static const char* const kNames[] = {"user", "net", "mnt", "uts"};
  char packet[2048];
  int descriptors[4], count = 0;
  size_t used = (size_t)snprintf(packet, sizeof packet, "R");
  for (int i = geteuid() == 0 ? 1 : 0; i < 4; i++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/ns/%s", kNames[i]);
    descriptors[count] = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptors[count] < 0) return false;
    used += (size_t)snprintf(packet + used, sizeof packet - used, "%s%s", count ? "," : "", kNames[i]);
    count++;
  }
  used += (size_t)snprintf(packet + used, sizeof packet - used, "\n%s", notes->text);
  const bool sent = send_packet(control, packet, used, descriptors, count) > 0;
  while (count > 0) close(descriptors[--count]);
  return sent;
}

static void report_failure(int control, const struct failure* failure) {
  char packet[1024];
  const int size = snprintf(packet, sizeof packet, "E%s: %s. %s", failure->step, strerror(failure->error),
                            explain(failure->step, failure->error));
  send_packet(control, packet, (size_t)size < sizeof packet ? (size_t)size : sizeof packet - 1, NULL, 0);
}

int run_agent(const struct pod_options* options) {
  struct agent agent = {.control = options->control, .engine = (int)syscall(SYS_pidfd_open, getppid(), 0)};
  for (int i = 0; i < kMaxProxies; i++) agent.proxies[i] = -1;
  struct failure failure = {0};
  struct notes notes = {0};
  setsid();  // a Ctrl-C meant for the engine must not end us before we have swept
  if (set_up_pod(options, &agent.listeners, &failure, &notes) != 0) {
    report_failure(options->control, &failure);
    return 1;
  }
  if (!report_ready(options->control, &notes)) return 1;
  let_go_of_terminal();
  serve(&agent);
  sweep();
  return 0;
}

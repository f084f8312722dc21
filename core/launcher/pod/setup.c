// The steps of a pod that are not netlink: namespaces, /etc, volumes, listeners.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pod.h"

int fail_at(struct failure* failure, int error, const char* step) {
  snprintf(failure->step, sizeof failure->step, "%s", step);
  failure->error = error;
  return -1;
}

void note(struct notes* notes, const char* format, ...) {
  const size_t room = sizeof notes->text - notes->used;
  if (room < 2) return;
  va_list arguments;
  va_start(arguments, format);
  const int wanted = vsnprintf(notes->text + notes->used, room - 1, format, arguments);
  va_end(arguments);
  if (wanted < 0) return;
  notes->used += (size_t)wanted < room - 2 ? (size_t)wanted : room - 2;
  notes->text[notes->used++] = '\n';
  notes->text[notes->used] = 0;
}

int write_text(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t written = write(fd, text, strlen(text));
  const int error = errno;
  close(fd);
  errno = error;
  return written < 0 ? -1 : 0;
}

// Who we are stays who we are: files made in the pod belong to the user, and capabilities vanish at exec.
static int map_self(uid_t uid, gid_t gid, struct failure* failure) {
  char map[64];
  if (write_text("/proc/self/setgroups", "deny") != 0 && errno != ENOENT)
    return fail_at(failure, errno, "write setgroups");
  snprintf(map, sizeof map, "%u %u 1\n", (unsigned)uid, (unsigned)uid);
  if (write_text("/proc/self/uid_map", map) != 0) return fail_at(failure, errno, "write uid_map");
  snprintf(map, sizeof map, "%u %u 1\n", (unsigned)gid, (unsigned)gid);
  if (write_text("/proc/self/gid_map", map) != 0) return fail_at(failure, errno, "write gid_map");
  return 0;
}

int enter_namespaces(struct failure* failure) {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (uid != 0) {  // real root would lose the access to other users' files in a user namespace
    if (unshare(CLONE_NEWUSER) != 0) return fail_at(failure, errno, "unshare the user namespace");
    if (map_self(uid, gid, failure) != 0) return -1;
  }
  if (unshare(CLONE_NEWNET) != 0) return fail_at(failure, errno, "unshare the network namespace");
  if (unshare(CLONE_NEWNS | CLONE_NEWUTS) != 0)
    return fail_at(failure, errno, "unshare the mount and uts namespaces");
  return 0;
}

// overlayfs separates its options by ':' and ','.
static bool escape_option(const char* path, char* out, size_t capacity) {
  size_t used = 0;
  for (; *path; path++) {
    if (used + 3 > capacity) return false;
    if (strchr(":,\\", *path)) out[used++] = '\\';
    out[used++] = *path;
  }
  out[used] = 0;
  return true;
}

static bool overlay_etc(const char* directory) {
  char escaped[2048], options[2200];
  if (!escape_option(directory, escaped, sizeof escaped)) {
    errno = ENAMETOOLONG;
    return false;
  }
  snprintf(options, sizeof options, "lowerdir=%s:/etc", escaped);
  return mount("overlay", "/etc", "overlay", 0, options) == 0;
}

// The second choice: a bind mount on a file goes away when the host replaces the file.
static bool bind_etc_files(const char* directory) {
  DIR* stream = opendir(directory);
  if (!stream) return false;
  bool resolver = false;
  for (struct dirent* entry = readdir(stream); entry; entry = readdir(stream)) {
    char source[1024], target[300];
    struct stat info;
    snprintf(source, sizeof source, "%s/%s", directory, entry->d_name);
    snprintf(target, sizeof target, "/etc/%s", entry->d_name);
    if (stat(source, &info) != 0 || !S_ISREG(info.st_mode)) continue;
    const bool bound = mount(source, target, NULL, MS_BIND, NULL) == 0;
    if (strcmp(entry->d_name, "resolv.conf") == 0) resolver = bound;
  }
  closedir(stream);
  return resolver;
}

bool override_etc(const struct pod_options* options, struct notes* notes) {
  // Later mounts of the host still appear in the pod; the pod's never leave it.
  if (mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) {
    note(notes, "no mounts of the pod's own (%s): it sees the host's /etc", strerror(errno));
    return false;
  }
  if (!options->etc) return false;
  if (access("/run/nscd", F_OK) == 0)
    mount("none", "/run/nscd", "tmpfs", MS_RDONLY, NULL);  // it would bypass our DNS
  if (overlay_etc(options->etc)) return true;
  const int error = errno;
  if (bind_etc_files(options->etc)) {
    note(notes,
         "no overlay on /etc (%s): single files are bind-mounted and vanish when the host replaces them",
         strerror(error));
    return true;
  }
  note(notes, "no mount on /etc (%s): names are resolved by capturing port 53 only", strerror(error));
  return false;
}

void mount_volumes(const struct pod_options* options, struct notes* notes) {
  for (int i = 0; i < options->mount_count; i++) {
    const struct bind_mount* volume = &options->mounts[i];
    if (mount(volume->source, volume->target, NULL, MS_BIND, NULL) != 0)
      note(notes, "no volume at %s: %s", volume->target, strerror(errno));
  }
}

// 127.0.0.1, not 0.0.0.0: answers must leave from the address that the redirect wrote into the packet.
static int listen_on(int type, uint16_t port) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  const int yes = 1;
  const struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, (const struct sockaddr*)&address, sizeof address) != 0 ||
      (type == SOCK_STREAM && listen(fd, 4096) != 0)) {
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

int open_listeners(struct listeners* listeners, struct failure* failure) {
  listeners->out4 = listen_on(SOCK_STREAM, kOutboundPort);
  if (listeners->out4 < 0) return fail_at(failure, errno, "listen for outbound connections in the pod");
  listeners->dns4u = listen_on(SOCK_DGRAM, kDnsPort);
  if (listeners->dns4u < 0) return fail_at(failure, errno, "listen for DNS datagrams in the pod");
  listeners->dns4t = listen_on(SOCK_STREAM, kDnsPort);
  if (listeners->dns4t < 0) return fail_at(failure, errno, "listen for DNS connections in the pod");
  return 0;
}

int set_up_pod(const struct pod_options* options, struct listeners* listeners, struct failure* failure,
               struct notes* notes) {
  if (enter_namespaces(failure) != 0) return -1;
  if (options->hostname && sethostname(options->hostname, strlen(options->hostname)) != 0)
    note(notes, "host name stays as it is: %s", strerror(errno));
  const bool own_etc = override_etc(options, notes);
  mount_volumes(options, notes);
  if (set_up_network(options->ip, failure, notes) != 0) return -1;
  if (set_up_capture(options->ip, own_etc, failure, notes) != 0) return -1;
  return open_listeners(listeners, failure);
}

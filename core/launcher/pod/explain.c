// Why a step of the set-up fails on this machine. The knobs are read only to explain what has really failed.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pod.h"

static bool knob_is(const char* path, const char* value) {
  char text[32] = {0};
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t got = read(fd, text, sizeof text - 1);
  close(fd);
  if (got <= 0) return false;
  text[strcspn(text, "\n")] = 0;
  return strcmp(text, value) == 0;
}

static bool under_seccomp_filter(void) {
  char line[256];
  bool filtered = false;
  FILE* status = fopen("/proc/self/status", "re");
  if (!status) return false;
  while (fgets(line, sizeof line, status))
    if (strncmp(line, "Seccomp:", 8) == 0) filtered = atoi(line + 8) == 2;
  fclose(status);
  return filtered;
}

static const char* explain_namespaces(int error) {
  if (knob_is("/proc/sys/kernel/unprivileged_userns_clone", "0"))
    return "Unprivileged user namespaces are switched off: sudo sysctl -w kernel.unprivileged_userns_clone=1";
  if (knob_is("/proc/sys/user/max_user_namespaces", "0"))
    return "user.max_user_namespaces is 0: sudo sysctl -w user.max_user_namespaces=15000";
  if (error == ENOSPC)
    return "The limit user.max_user_namespaces or user.max_net_namespaces is reached; perhaps pods of a "
           "broken run are left.";
  if (knob_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1") && error != EINVAL)
    return "AppArmor restricts user namespaces (Ubuntu 23.10 and later): install the profile that comes with "
           "the package, or "
           "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  if (error == EPERM && under_seccomp_filter())
    return "A seccomp filter forbids it, as docker's default profile does: run the container with "
           "--security-opt seccomp=unconfined";
  if (error == EACCES) return "A security module denied it. SELinux: ausearch -m avc";
  if (error == EPERM)
    return "Forbidden by a chroot, a container without CAP_SYS_ADMIN, or a security module.";
  if (error == EINVAL)
    return "The helper has more than one thread (a sanitizer?), or the kernel lacks CONFIG_USER_NS or "
           "CONFIG_NET_NS.";
  return "The kernel lacks CONFIG_USER_NS or CONFIG_NET_NS.";
}

static const char* explain_rules(int error) {
  if (error == EOPNOTSUPP || error == ENOENT || error == EAFNOSUPPORT || error == EPROTONOSUPPORT ||
      error == EINVAL)
    return "The kernel modules for redirection are not available: sudo modprobe -a nf_tables nft_redir "
           "nft_chain_nat";
  if (error == EPERM)
    return "A security module or container forbids packet rules even in an own network namespace.";
  return "The kernel refused the packet rules.";
}

const char* explain(const char* step, int error) {
  if (strstr(step, "unshare") || strstr(step, "_map") || strstr(step, "setgroups"))
    return explain_namespaces(error);
  if (strstr(step, "nf_tables")) return explain_rules(error);
  if (strstr(step, "captured"))
    return "The redirect rules are in place but do not work; is another firewall layer loaded?";
  return "The network set-up of a fresh namespace failed; a container runtime or security module may "
         "restrict netlink.";
}

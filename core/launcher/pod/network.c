// The pod's network: loopback only, where every IPv4 address is local ("AnyIP"), so that any destination can
// be redirected without a route out. IPv6 has ::1 and nothing else: a captured connect always succeeds at
// once, so a v6 route would make programs prefer an address that may be dead.
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netlink.h"
#include "pod.h"

enum { kLoopbackIndex = 1 };  // lo is the first interface of every network namespace

static int raise_loopback(void) {
  struct nl_batch batch = {0};
  struct ifinfomsg* link = nl_message(&batch, RTM_NEWLINK, NLM_F_ACK, sizeof *link);
  link->ifi_index = kLoopbackIndex;
  link->ifi_flags = IFF_UP;
  link->ifi_change = IFF_UP;
  return nl_talk(&batch, NETLINK_ROUTE);
}

static int add_address(struct in_addr ip) {
  struct nl_batch batch = {0};
  struct ifaddrmsg* address = nl_message(&batch, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, sizeof *address);
  address->ifa_family = AF_INET;
  address->ifa_prefixlen = 32;
  address->ifa_index = kLoopbackIndex;
  nl_attribute(&batch, IFA_LOCAL, &ip, sizeof ip);
  nl_attribute(&batch, IFA_ADDRESS, &ip, sizeof ip);
  return nl_talk(&batch, NETLINK_ROUTE);
}

// "ip route add local default dev lo src IP". Without src a connection's source would be its destination, and
// a connect to a port of the ephemeral range could connect to itself.
static int add_any_ip_route(struct in_addr source) {
  struct nl_batch batch = {0};
  struct rtmsg* route = nl_message(&batch, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, sizeof *route);
  route->rtm_family = AF_INET;
  route->rtm_table = RT_TABLE_LOCAL;
  route->rtm_type = RTN_LOCAL;
  route->rtm_scope = RT_SCOPE_HOST;
  route->rtm_protocol = RTPROT_STATIC;
  const int index = kLoopbackIndex;
  nl_attribute(&batch, RTA_OIF, &index, sizeof index);
  nl_attribute(&batch, RTA_PREFSRC, &source, sizeof source);
  return nl_talk(&batch, NETLINK_ROUTE);
}

static void set_optional(const char* path, const char* value, struct notes* notes) {
  if (write_text(path, value) != 0) note(notes, "%s stays as it is: %s", path, strerror(errno));
}

int set_up_network(struct in_addr ip, struct failure* failure, struct notes* notes) {
  int error = raise_loopback();
  if (error) return fail_at(failure, error, "bring up the pod's loopback interface");
  error = add_address(ip);
  if (error) return fail_at(failure, error, "add the pod's address");
  error = add_any_ip_route(ip);
  if (error) return fail_at(failure, error, "add the pod's local default route");
  set_optional("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0", notes);
  char groups[48];
  snprintf(groups, sizeof groups, "%u %u", (unsigned)getgid(), (unsigned)getgid());
  set_optional("/proc/sys/net/ipv4/ping_group_range", groups, notes);
  return 0;
}

// varka-pod: the small program that makes and holds a pod's namespaces. One thread, no libraries, nothing
// before main that could start one: setns and unshare of a user namespace are refused to threaded programs.
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  kOutboundPort = 15001,
  kDnsPort = 15053,
  kMaxMounts = 32,
  kMaxDescriptors = 32,  // of one packet
  kMaxProxies = 8,       // proxy channels alive at once: the old one may still drain
};

struct bind_mount {
  const char *source, *target;
};

struct pod_options {
  struct in_addr ip;
  const char* hostname;
  const char* etc;  // directory whose files override those of /etc; NULL = leave /etc alone
  struct bind_mount mounts[kMaxMounts];
  int mount_count;
  int control;  // descriptor of the engine's channel
};

// What failed, for people: the step as a verb phrase and errno of the call.
struct failure {
  char step[160];
  int error;
};

// A bounded text that collects warnings, one a line.
struct notes {
  char text[1024];
  size_t used;
};
void note(struct notes* notes, const char* format, ...) __attribute__((format(printf, 2, 3)));

struct listeners {
  int out4, dns4u, dns4t;
};

// All functions that can fail return 0, or -1 with `failure` filled.
int fail_at(struct failure* failure, int error, const char* step);
int write_text(const char* path, const char* text);  // to an existing file; -1 and errno

// The steps of a pod, in this order.
int enter_namespaces(struct failure* failure);
bool override_etc(const struct pod_options* options,
                  struct notes* notes);  // false: the pod sees the host's /etc
void mount_volumes(const struct pod_options* options, struct notes* notes);
int set_up_network(struct in_addr ip, struct failure* failure, struct notes* notes);
int set_up_capture(struct in_addr ip, bool own_etc, struct failure* failure, struct notes* notes);
int open_listeners(struct listeners* listeners, struct failure* failure);
// All of the above.
int set_up_pod(const struct pod_options* options, struct listeners* listeners, struct failure* failure,
               struct notes* notes);

// Why a step fails on a machine like this, and what to do. Static storage.
const char* explain(const char* step, int error);

// One packet with descriptors over a SOCK_SEQPACKET socket.
long send_packet(int socket, const void* data, size_t length, const int* descriptors, int count);
long receive_packet(int socket, void* data, size_t capacity, int* descriptors, int* count);

int run_agent(const struct pod_options* options);
int run_probe(void);
int run_exec(int argc, char** argv);

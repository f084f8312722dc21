#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pod.h"

union control {
  struct cmsghdr align;
  char bytes[CMSG_SPACE(sizeof(int) * kMaxDescriptors)];
};

long send_packet(int socket, const void* data, size_t length, const int* descriptors, int count) {
  union control control;
  struct iovec part = {(void*)(uintptr_t)data, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > kMaxDescriptors) {
    errno = EINVAL;
    return -1;
  }
  if (count > 0) {
    const size_t bytes = sizeof(int) * (size_t)count;
    memset(&control, 0, sizeof control);
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(bytes);
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(bytes);
    memcpy(CMSG_DATA(header), descriptors, bytes);
  }
  long sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent;
}

long receive_packet(int socket, void* data, size_t capacity, int* descriptors, int* count) {
  union control control;
  struct iovec part = {data, capacity};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
  *count = 0;
  long got;
  do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got < 0) return got;
  for (struct cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t bytes = header->cmsg_len - CMSG_LEN(0);
    memcpy(descriptors + *count, CMSG_DATA(header), bytes);
    *count += (int)(bytes / sizeof(int));
  }
  return got;
}

#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t align4(size_t length) {
  return (length + 3) & ~(size_t)3;
}

static void* take(struct nl_batch* batch, size_t length) {
  const size_t padded = align4(length);
  if (batch->overflow || padded > sizeof batch->data - batch->used) {
    batch->overflow = true;
    return NULL;
  }
  void* start = batch->data + batch->used;
  memset(start, 0, padded);
  batch->used += padded;
  return start;
}

static struct nlmsghdr* current(struct nl_batch* batch) {
  return (struct nlmsghdr*)(void*)(batch->data + batch->message);
}

static void extend_message(struct nl_batch* batch) {
  current(batch)->nlmsg_len = (uint32_t)(batch->used - batch->message);
}

void* nl_message(struct nl_batch* batch, int type, int flags, size_t header) {
  const size_t start = batch->used;
  struct nlmsghdr* message = take(batch, NLMSG_HDRLEN + header);
  if (!message) return NULL;
  batch->message = start;
  batch->depth = 0;
  message->nlmsg_type = (uint16_t)type;
  message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
  message->nlmsg_seq = ++batch->sequence;
  if (flags & NLM_F_ACK) batch->last_acknowledged = batch->sequence;
  extend_message(batch);
  return NLMSG_DATA(message);
}

void nl_attribute(struct nl_batch* batch, int type, const void* data, size_t length) {
  struct nlattr* attribute = take(batch, NLA_HDRLEN + length);
  if (!attribute) return;
  attribute->nla_type = (uint16_t)type;
  attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
  if (length) memcpy((uint8_t*)attribute + NLA_HDRLEN, data, length);
  extend_message(batch);
}

void nl_text(struct nl_batch* batch, int type, const char* text) {
  nl_attribute(batch, type, text, strlen(text) + 1);
}

void nl_be32(struct nl_batch* batch, int type, uint32_t value) {
  const uint32_t wire = htonl(value);
  nl_attribute(batch, type, &wire, sizeof wire);
}

void nl_open(struct nl_batch* batch, int type) {
  if (batch->depth == (int)(sizeof batch->nest / sizeof batch->nest[0])) {
    batch->overflow = true;
    return;
  }
  batch->nest[batch->depth++] = batch->used;
  nl_attribute(batch, type | NLA_F_NESTED, NULL, 0);
}

void nl_close(struct nl_batch* batch) {
  if (batch->overflow || batch->depth == 0) return;
  const size_t start = batch->nest[--batch->depth];
  struct nlattr* attribute = (struct nlattr*)(void*)(batch->data + start);
  attribute->nla_len = (uint16_t)(batch->used - start);
}

// 0 = the last acknowledgement came, -1 = read on, else errno of the first refusal.
static int read_answers(const uint8_t* data, size_t length, uint32_t last) {
  const struct nlmsghdr* message = (const struct nlmsghdr*)(const void*)data;
  for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
    if (message->nlmsg_type != NLMSG_ERROR) continue;
    const struct nlmsgerr* answer = NLMSG_DATA(message);
    if (answer->error) return -answer->error;
    if (message->nlmsg_seq == last) return 0;
  }
  return -1;
}

int nl_talk(struct nl_batch* batch, int protocol) {
  if (batch->overflow) return EMSGSIZE;
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) return errno;
  const struct timeval patience = {.tv_sec = 5};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  int result = -1;
  if (sendto(fd, batch->data, batch->used, 0, (const struct sockaddr*)&kernel, sizeof kernel) < 0)
    result = errno;
  while (result < 0) {
    _Alignas(8) uint8_t answers[8192];
    const ssize_t got = recv(fd, answers, sizeof answers, 0);
    if (got < 0 && errno == EINTR) continue;
    result = got < 0 ? errno : read_answers(answers, (size_t)got, batch->last_acknowledged);
  }
  close(fd);
  return result;
}

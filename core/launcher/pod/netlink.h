// Netlink messages in one bounded buffer. Lengths and nesting are patched in place as in the kernel's own
// headers.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_batch {
  _Alignas(8) uint8_t data[8192];
  size_t used;
  size_t message;  // where the current message starts
  size_t nest[8];  // open nested attributes
  int depth;
  uint32_t sequence;
  uint32_t last_acknowledged;  // sequence of the last message that asks for an acknowledgement
  bool overflow;
};

// Starts a message with room for its family header, which is returned zeroed (NULL when the buffer is full).
void* nl_message(struct nl_batch* batch, int type, int flags, size_t header);
void nl_attribute(struct nl_batch* batch, int type, const void* data, size_t length);
void nl_text(struct nl_batch* batch, int type, const char* text);
void nl_be32(struct nl_batch* batch, int type, uint32_t value);
void nl_open(struct nl_batch* batch, int type);
void nl_close(struct nl_batch* batch);
// Sends the batch over a socket of its own and waits for the last acknowledgement. 0 or errno.
int nl_talk(struct nl_batch* batch, int protocol);

// Capture rules by nf_tables over raw netlink: what `nft list ruleset` shows in a pod is the table below.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "netlink.h"
#include "pod.h"

enum destination { kAnywhere, kLoopback, kNotLoopback, kOwnAddress };
enum verdict { kAccept, kDrop, kRedirect };

struct rule {
  uint8_t protocol;  // 0 = any
  uint16_t port;     // destination port, 0 = any
  enum destination destination;
  enum verdict verdict;
  uint16_t redirect_port;
};

struct chain {
  const char *name, *type;
  int32_t priority;
  const struct rule* rules;
  size_t count;
};

static const char kTable[] = "varka";

// DNS first: also a resolver asked by address answers with the mesh's names. The service's own loopback and
// its own address are never captured. No exception for the proxy is needed: it lives outside and comes in to
// these two only.
static const struct rule kCapture[] = {
    {IPPROTO_UDP, 53, kNotLoopback, kRedirect, kDnsPort},
    {IPPROTO_TCP, 53, kNotLoopback, kRedirect, kDnsPort},
    {0, 0, kLoopback, kAccept, 0},
    {0, 0, kOwnAddress, kAccept, 0},
    {IPPROTO_TCP, 0, kAnywhere, kRedirect, kOutboundPort},
};
// When the pod sees the host's resolv.conf, its resolver may be 127.0.0.53.
static const struct rule kCaptureWithHostEtc[] = {
    {IPPROTO_UDP, 53, kAnywhere, kRedirect, kDnsPort},
    {IPPROTO_TCP, 53, kAnywhere, kRedirect, kDnsPort},
    {0, 0, kLoopback, kAccept, 0},
    {0, 0, kOwnAddress, kAccept, 0},
    {IPPROTO_TCP, 0, kAnywhere, kRedirect, kOutboundPort},
};
// Other UDP and ping would reach the pod itself, because every address is local there: an error is more
// honest.
static const struct rule kFence[] = {
    {0, 0, kLoopback, kAccept, 0},
    {0, 0, kOwnAddress, kAccept, 0},
    {IPPROTO_UDP, 0, kAnywhere, kDrop, 0},
    {IPPROTO_ICMP, 0, kAnywhere, kDrop, 0},
};

static void message(struct nl_batch* batch, int type, int flags) {
  struct nfgenmsg* header =
      nl_message(batch, (NFNL_SUBSYS_NFTABLES << 8) | type, NLM_F_ACK | NLM_F_CREATE | flags, sizeof *header);
  if (!header) return;
  header->nfgen_family = NFPROTO_IPV4;
  header->version = NFNETLINK_V0;
}

static void border(struct nl_batch* batch, int type) {
  struct nfgenmsg* header = nl_message(batch, type, 0, sizeof *header);
  if (!header) return;
  header->version = NFNETLINK_V0;
  header->res_id = htons(NFNL_SUBSYS_NFTABLES);
}

static void begin_expression(struct nl_batch* batch, const char* name) {
  nl_open(batch, NFTA_LIST_ELEM);
  nl_text(batch, NFTA_EXPR_NAME, name);
  nl_open(batch, NFTA_EXPR_DATA);
}

static void end_expression(struct nl_batch* batch) {
  nl_close(batch);
  nl_close(batch);
}

static void put_value(struct nl_batch* batch, int type, const void* data, size_t length) {
  nl_open(batch, type);
  nl_attribute(batch, NFTA_DATA_VALUE, data, length);
  nl_close(batch);
}

static void load_protocol(struct nl_batch* batch) {
  begin_expression(batch, "meta");
  nl_be32(batch, NFTA_META_KEY, NFT_META_L4PROTO);
  nl_be32(batch, NFTA_META_DREG, NFT_REG_1);
  end_expression(batch);
}

static void load_payload(struct nl_batch* batch, uint32_t base, uint32_t offset, uint32_t length) {
  begin_expression(batch, "payload");
  nl_be32(batch, NFTA_PAYLOAD_DREG, NFT_REG_1);
  nl_be32(batch, NFTA_PAYLOAD_BASE, base);
  nl_be32(batch, NFTA_PAYLOAD_OFFSET, offset);
  nl_be32(batch, NFTA_PAYLOAD_LEN, length);
  end_expression(batch);
}

static void compare(struct nl_batch* batch, uint32_t operation, const void* data, size_t length) {
  begin_expression(batch, "cmp");
  nl_be32(batch, NFTA_CMP_SREG, NFT_REG_1);
  nl_be32(batch, NFTA_CMP_OP, operation);
  put_value(batch, NFTA_CMP_DATA, data, length);
  end_expression(batch);
}

static void mask_register(struct nl_batch* batch, uint32_t mask) {
  const uint32_t wire = htonl(mask), none = 0;
  begin_expression(batch, "bitwise");
  nl_be32(batch, NFTA_BITWISE_SREG, NFT_REG_1);
  nl_be32(batch, NFTA_BITWISE_DREG, NFT_REG_1);
  nl_be32(batch, NFTA_BITWISE_LEN, sizeof wire);
  put_value(batch, NFTA_BITWISE_MASK, &wire, sizeof wire);
  put_value(batch, NFTA_BITWISE_XOR, &none, sizeof none);
  end_expression(batch);
}

static void match_destination(struct nl_batch* batch, enum destination destination, struct in_addr own) {
  enum { kOffsetOfDestination = 16 };  // in the IPv4 header
  if (destination == kAnywhere) return;
  load_payload(batch, NFT_PAYLOAD_NETWORK_HEADER, kOffsetOfDestination, sizeof own);
  if (destination == kOwnAddress) {
    compare(batch, NFT_CMP_EQ, &own, sizeof own);
    return;
  }
  const uint32_t loopback = htonl(0x7f000000u);
  mask_register(batch, 0xff000000u);
  compare(batch, destination == kLoopback ? NFT_CMP_EQ : NFT_CMP_NEQ, &loopback, sizeof loopback);
}

static void put_verdict(struct nl_batch* batch, uint32_t code) {
  begin_expression(batch, "immediate");
  nl_be32(batch, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
  nl_open(batch, NFTA_IMMEDIATE_DATA);
  nl_open(batch, NFTA_DATA_VERDICT);
  nl_be32(batch, NFTA_VERDICT_CODE, code);
  nl_close(batch);
  nl_close(batch);
  end_expression(batch);
}

static void put_redirect(struct nl_batch* batch, uint16_t port) {
  const uint16_t wire = htons(port);
  begin_expression(batch, "immediate");
  nl_be32(batch, NFTA_IMMEDIATE_DREG, NFT_REG_1);
  put_value(batch, NFTA_IMMEDIATE_DATA, &wire, sizeof wire);
  end_expression(batch);
  begin_expression(batch, "redir");
  nl_be32(batch, NFTA_REDIR_REG_PROTO_MIN, NFT_REG_1);
  nl_be32(batch, NFTA_REDIR_REG_PROTO_MAX, NFT_REG_1);
  nl_be32(batch, NFTA_REDIR_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED);
  end_expression(batch);
}

static void put_rule(struct nl_batch* batch, const char* chain, const struct rule* rule, struct in_addr own) {
  message(batch, NFT_MSG_NEWRULE, NLM_F_APPEND);
  nl_text(batch, NFTA_RULE_TABLE, kTable);
  nl_text(batch, NFTA_RULE_CHAIN, chain);
  nl_open(batch, NFTA_RULE_EXPRESSIONS);
  if (rule->protocol) {
    load_protocol(batch);
    compare(batch, NFT_CMP_EQ, &rule->protocol, 1);
  }
  if (rule->port) {
    const uint16_t port = htons(rule->port);
    load_payload(batch, NFT_PAYLOAD_TRANSPORT_HEADER, 2, sizeof port);
    compare(batch, NFT_CMP_EQ, &port, sizeof port);
  }
  match_destination(batch, rule->destination, own);
  if (rule->verdict == kRedirect) {
    put_redirect(batch, rule->redirect_port);
  } else {
    put_verdict(batch, rule->verdict == kAccept ? NF_ACCEPT : NF_DROP);
  }
  nl_close(batch);
}

static int install(const struct chain* chain, struct in_addr own) {
  struct nl_batch batch = {0};
  border(&batch, NFNL_MSG_BATCH_BEGIN);
  message(&batch, NFT_MSG_NEWTABLE, 0);
  nl_text(&batch, NFTA_TABLE_NAME, kTable);
  message(&batch, NFT_MSG_NEWCHAIN, 0);
  nl_text(&batch, NFTA_CHAIN_TABLE, kTable);
  nl_text(&batch, NFTA_CHAIN_NAME, chain->name);
  nl_text(&batch, NFTA_CHAIN_TYPE, chain->type);
  nl_open(&batch, NFTA_CHAIN_HOOK);
  nl_be32(&batch, NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
  nl_be32(&batch, NFTA_HOOK_PRIORITY, (uint32_t)chain->priority);
  nl_close(&batch);
  for (size_t i = 0; i < chain->count; i++) put_rule(&batch, chain->name, &chain->rules[i], own);
  border(&batch, NFNL_MSG_BATCH_END);
  return nl_talk(&batch, NETLINK_NETFILTER);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int set_up_capture(struct in_addr ip, bool own_etc, struct failure* failure, struct notes* notes) {
  struct chain capture = {"capture", "nat", -100, kCapture, COUNT(kCapture)};
  if (!own_etc) {
    capture.rules = kCaptureWithHostEtc;
    capture.count = COUNT(kCaptureWithHostEtc);
  }
  const struct chain fence = {"fence", "filter", 0, kFence, COUNT(kFence)};
  int error = install(&capture, ip);
  if (error) return fail_at(failure, error, "install the nf_tables redirect rules");
  error = install(&fence, ip);
  if (error) note(notes, "UDP and ping to other hosts are not refused but get lost: %s", strerror(error));
  // Exists once connection tracking is in use here. 120 s of TIME_WAIT entries per connection fill the table
  // under load.
  if (write_text("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait", "5") != 0)
    note(notes, "connection tracking keeps closed connections for its default time: %s", strerror(errno));
  return 0;
}

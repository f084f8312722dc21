#include "proxy/dns/message.h"

#include <algorithm>

namespace varka::proxy {
namespace {

constexpr std::size_t kHeader = 12, kMaxName = 255, kMaxLabel = 63;
constexpr std::uint16_t kResponse = 0x8000, kOpcodeMask = 0x7800, kAuthoritative = 0x0400,
                        kTruncated = 0x0200, kRecursionDesired = 0x0100, kRecursionAvailable = 0x0080;
constexpr std::uint16_t kTypeOpt = 41;
constexpr std::size_t kSmallestEdns = 512, kLargestEdns = 1232;  // the DNS flag day's size: no fragments

std::uint16_t read16(std::string_view data, std::size_t at) {
  return static_cast<std::uint16_t>((static_cast<unsigned char>(data[at]) << 8) |
                                    static_cast<unsigned char>(data[at + 1]));
}

void put16(std::string& out, std::size_t value) {
  out += static_cast<char>((value >> 8) & 0xff);
  out += static_cast<char>(value & 0xff);
}

void put32(std::string& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Reads a name without compression (a question has nothing to point to). False when it is torn, too long, or
// has a label that text cannot show without doubt.
bool readName(std::string_view packet, std::size_t& at, std::string& name) {
  const std::size_t start = at;
  for (;;) {
    if (at >= packet.size()) return false;
    const auto length = static_cast<unsigned char>(packet[at++]);
    if (length == 0) return true;
    if (length > kMaxLabel || at + length > packet.size() || at + length - start >= kMaxName) return false;
    if (!name.empty()) name += '.';
    for (const char c : packet.substr(at, length)) {
      if (c == '.' || c == '\0') return false;
      name += lower(c);
    }
    at += length;
  }
}

// The OPT record of the additional section when it is the first and only one, as all resolvers send it.
void readEdns(std::string_view packet, std::size_t at, DnsQuestion& question) {
  constexpr std::size_t kOptHeader = 11;
  if (read16(packet, 6) != 0 || read16(packet, 8) != 0 || read16(packet, 10) == 0) return;
  if (packet.size() < at + kOptHeader || packet[at] != '\0' || read16(packet, at + 1) != kTypeOpt) return;
  question.edns = true;
  question.maxUdp = std::clamp<std::size_t>(read16(packet, at + 3), kSmallestEdns, kLargestEdns);
}

DnsParse refused(std::uint16_t id, Rcode code) {
  DnsParse out;
  out.id = id;
  out.error = code;
  out.answerable = true;
  return out;
}

std::string header(std::uint16_t id, std::uint16_t flags, std::size_t questions, std::size_t answers,
                   std::size_t additional) {
  std::string out;
  put16(out, id);
  put16(out, flags);
  put16(out, questions);
  put16(out, answers);
  put16(out, 0);
  put16(out, additional);
  return out;
}

}  // namespace

DnsParse parseDnsQuery(std::string_view packet) {
  if (packet.size() < kHeader) return {};
  const std::uint16_t id = read16(packet, 0), flags = read16(packet, 2);
  if (flags & kResponse) return {};  // answering answers makes loops
  if (flags & kOpcodeMask) return refused(id, Rcode::NotImp);
  if (read16(packet, 4) != 1) return refused(id, Rcode::FormErr);
  DnsQuestion question;
  question.id = id;
  question.recursionDesired = (flags & kRecursionDesired) != 0;
  std::size_t at = kHeader;
  if (!readName(packet, at, question.name) || packet.size() < at + 4) return refused(id, Rcode::FormErr);
  question.type = read16(packet, at);
  question.klass = read16(packet, at + 2);
  at += 4;
  question.wire = packet.substr(kHeader, at - kHeader);
  readEdns(packet, at, question);
  DnsParse out;
  out.id = id;
  out.answerable = true;
  out.question = std::move(question);
  return out;
}

std::string dnsAnswer(const DnsQuestion& question, Rcode code, const std::vector<Ipv4>& addresses,
                      std::uint32_t ttlSeconds, std::size_t maxSize) {
  constexpr std::size_t kRecord = 16, kOpt = 11;
  const std::size_t fixed = kHeader + question.wire.size() + (question.edns ? kOpt : 0);
  const std::size_t room = maxSize > fixed ? (maxSize - fixed) / kRecord : 0;
  const std::size_t count = std::min(room, addresses.size());
  auto flags = static_cast<std::uint16_t>(kResponse | kAuthoritative | kRecursionAvailable |
                                          static_cast<std::uint16_t>(code));
  if (question.recursionDesired) flags |= kRecursionDesired;
  if (count < addresses.size()) flags |= kTruncated;
  std::string out = header(question.id, flags, 1, count, question.edns ? 1 : 0);
  out += question.wire;
  for (std::size_t i = 0; i < count; ++i) {
    put16(out, 0xc00c);  // the question's name
    put16(out, kDnsTypeA);
    put16(out, kDnsClassIn);
    put32(out, ttlSeconds);
    put16(out, addresses[i].size());
    out.append(reinterpret_cast<const char*>(addresses[i].data()), addresses[i].size());
  }
  if (question.edns) {
    out += '\0';
    put16(out, kTypeOpt);
    put16(out, kLargestEdns);
    put32(out, 0);
    put16(out, 0);
  }
  return out;
}

std::string dnsRefusal(std::uint16_t id, Rcode code) {
  return header(id, static_cast<std::uint16_t>(kResponse | static_cast<std::uint16_t>(code)), 0, 0, 0);
}

bool dnsReplyMatches(std::string_view query, std::string_view reply) {
  if (query.size() < kHeader || reply.size() < kHeader) return false;
  if (read16(query, 0) != read16(reply, 0) || !(read16(reply, 2) & kResponse) || read16(reply, 4) != 1)
    return false;
  std::size_t queryEnd = kHeader, replyEnd = kHeader;
  std::string asked, answered;
  if (!readName(query, queryEnd, asked) || !readName(reply, replyEnd, answered)) return false;
  if (asked != answered || queryEnd != replyEnd || query.size() < queryEnd + 4 || reply.size() < replyEnd + 4)
    return false;
  return query.substr(queryEnd, 4) == reply.substr(replyEnd, 4);
}

void setDnsId(std::string& packet, std::uint16_t id) {
  packet[0] = static_cast<char>(id >> 8);
  packet[1] = static_cast<char>(id & 0xff);
}

bool dnsTruncated(std::string_view reply) {
  return reply.size() >= kHeader && (read16(reply, 2) & kTruncated) != 0;
}

}  // namespace varka::proxy

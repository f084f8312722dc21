#pragma once
// Builds and reads DNS messages independently of the code under test.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace varka::test {

inline std::string query(const std::string& name, std::uint16_t type = 1, bool edns = false,
                         std::uint16_t id = 0x1234) {
  std::string out{static_cast<char>(id >> 8),     static_cast<char>(id & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0,
                  static_cast<char>(edns ? 1 : 0)};
  for (std::size_t start = 0; start < name.size();) {
    const auto end = std::min(name.find('.', start), name.size());
    out += static_cast<char>(end - start);
    out += name.substr(start, end - start);
    start = end + 1;
  }
  out += '\0';
  out += {static_cast<char>(type >> 8), static_cast<char>(type & 0xff), 0, 1};
  if (edns) out += std::string("\0\0\x29\x10\0\0\0\0\0\0\0", 11);
  return out;
}

inline int rcodeOf(const std::string& reply) {
  return reply.size() < 12 ? -1 : reply[3] & 0x0f;
}

/// A records of an answer whose names are pointers to the question.
inline std::vector<std::string> addressesOf(const std::string& reply) {
  std::vector<std::string> out;
  if (reply.size() < 12) return out;
  const auto byte = [&](std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>(reply.at(at)));
  };
  const unsigned count = byte(6) << 8 | byte(7);
  std::size_t at = 12;
  while (byte(at) != 0) at += byte(at) + 1;
  at += 5;
  for (unsigned i = 0; i < count; ++i, at += 16) {
    std::string text;
    for (std::size_t k = 12; k < 16; ++k) text += (k > 12 ? "." : "") + std::to_string(byte(at + k));
    out.push_back(text);
  }
  return out;
}

}  // namespace varka::test

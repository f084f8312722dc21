#include "proxy/http/headers.h"

#include <algorithm>
#include <cstring>

namespace varka::proxy {

std::string_view protocolName(Protocol protocol) {
  switch (protocol) {
    case Protocol::Http10:
      return "HTTP/1.0";
    case Protocol::Http11:
      return "HTTP/1.1";
    case Protocol::Http2:
      return "HTTP/2";
  }
  return "";
}

namespace {

/// Standard blocks of this thread that wait for the next message; the allocator is slow at sizes like theirs.
std::vector<std::unique_ptr<char[]>>& spareBlocks() {
  static thread_local std::vector<std::unique_ptr<char[]>> spare;
  return spare;
}
constexpr std::size_t kMostSpare = 32;

}  // namespace

Arena::~Arena() {
  release();
}

Arena& Arena::operator=(Arena&& other) noexcept {
  release();
  blocks_ = std::move(other.blocks_);
  used_ = other.used_;
  return *this;
}

void Arena::release() {
  for (Block& block : blocks_)
    if (block.size == kBlock && spareBlocks().size() < kMostSpare)
      spareBlocks().push_back(std::move(block.bytes));
  blocks_.clear();
}

void Arena::addBlock(std::size_t size) {
  auto& spare = spareBlocks();
  if (size <= kBlock && !spare.empty()) {
    blocks_.push_back({std::move(spare.back()), kBlock});
    spare.pop_back();
  } else {
    const std::size_t block = std::max(size, kBlock);
    // Not make_unique: the bytes need no zeroing.
    blocks_.push_back({std::unique_ptr<char[]>(new char[block]), block});
  }
  used_ = 0;
}

char* Arena::room(std::size_t size) {
  if (blocks_.empty() || blocks_.back().size - used_ < size) addBlock(size);
  char* at = blocks_.back().bytes.get() + used_;
  used_ += size;
  return at;
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* at = room(text.size());
  std::memcpy(at, text.data(), text.size());
  return {at, text.size()};
}

std::string_view Arena::concat(std::string_view a, std::string_view b) {
  char* at = room(a.size() + b.size());
  std::copy(a.begin(), a.end(), at);
  std::copy(b.begin(), b.end(), at + a.size());
  return {at, a.size() + b.size()};
}

void Arena::clear() {
  release();
  used_ = 0;
}

const Headers::Field* Headers::find(std::string_view name) const {
  for (const Field& field : fields_)
    if (field.name.size() == name.size() && std::memcmp(field.name.data(), name.data(), name.size()) == 0)
      return &field;
  return nullptr;
}

std::string_view Headers::get(std::string_view name) const {
  const Field* field = find(name);
  return field ? field->value : std::string_view{};
}

std::optional<std::string> Headers::joined(std::string_view name) const {
  std::optional<std::string> result;
  for (const Field& field : fields_) {
    if (field.name != name) continue;
    if (result)
      result->append(",").append(field.value);
    else
      result.emplace(field.value);
  }
  return result;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; }));
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.push_back({arena_.copy(name), arena_.copy(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
  const std::string_view stored = arena_.copy(value);
  bool done = false;
  std::erase_if(fields_, [&](Field& field) {
    if (field.name != name) return false;
    if (done) return true;
    field.value = stored;
    done = true;
    return false;
  });
  if (!done) fields_.push_back({arena_.copy(name), stored});
}

void Headers::append(std::string_view name, std::string_view value) {
  for (Field& field : fields_) {
    if (field.name != name) continue;
    if (field.value.empty()) {
      field.value = arena_.copy(value);
    } else {
      std::string text(field.value);
      text.append(",").append(value);
      field.value = arena_.copy(text);
    }
    return;
  }
  add(name, value);
}

bool Headers::remove(std::string_view name) {
  return std::erase_if(fields_, [&](const Field& field) { return field.name == name; }) > 0;
}

std::size_t Headers::byteSize() const {
  std::size_t total = 0;
  for (const Field& field : fields_) total += field.name.size() + field.value.size();
  return total;
}

void Headers::clear() {
  fields_.clear();
  arena_.clear();
}

void Headers::copyFrom(const Headers& other) {
  clear();
  fields_.reserve(other.fields_.size());
  for (const Field& field : other.fields_) add(field.name, field.value);
}

std::optional<std::string_view> RequestHead::lookup(std::string_view name) const {
  if (!name.empty() && name[0] == ':') {
    if (name == ":path") return path;
    if (name == ":method") return method;
    if (name == ":authority") return authority;
    if (name == ":scheme") return scheme;
    return std::nullopt;
  }
  if (name == "host") return authority;
  if (const Field* field = find(name)) return field->value;
  return std::nullopt;
}

void RequestHead::clear() {
  Headers::clear();
  method = path = authority = scheme = upgrade = {};
  protocol = Protocol::Http11;
  contentLength = -1;
  chunked = expectContinue = false;
  keepAlive = true;
}

void RequestHead::copyFrom(const RequestHead& other) {
  Headers::copyFrom(other);
  setMethod(other.method);
  setPath(other.path);
  setAuthority(other.authority);
  setScheme(other.scheme);
  upgrade = arena().copy(other.upgrade);
  protocol = other.protocol;
  contentLength = other.contentLength;
  chunked = other.chunked;
  keepAlive = other.keepAlive;
  expectContinue = other.expectContinue;
}

void ResponseHead::clear() {
  Headers::clear();
  status = 0;
  protocol = Protocol::Http11;
  contentLength = -1;
  chunked = untilClose = upgrade = false;
  keepAlive = true;
}

bool equalsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool listContains(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    const auto comma = value.find(',');
    std::string_view item = value.substr(0, comma);
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (equalsIgnoreCase(item, token)) return true;
    if (comma == std::string_view::npos) break;
    value.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace varka::proxy

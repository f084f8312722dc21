#pragma once
// JsonWriter: appends compact JSON to a string. No tree, no allocation of its own. Callers keep the nesting right.

#include <cstdint>
#include <string>
#include <string_view>

namespace varka::xds {

/// Appends `text` quoted and escaped; bytes that are not UTF-8 become U+FFFD.
void appendJsonString(std::string& out, std::string_view text);
/// Shortest form that reads back as the same double; integers without a fraction; NaN and infinities as strings.
void appendJsonNumber(std::string& out, double value);

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void beginObject() { open('{'); }
  void endObject() { out_ += '}'; }
  void beginArray() { open('['); }
  void endArray() { out_ += ']'; }
  void key(std::string_view name) {
    separate();
    appendJsonString(out_, name);
    out_ += ':';
  }
  void string(std::string_view text) {
    separate();
    appendJsonString(out_, text);
  }
  void number(double value) {
    separate();
    appendJsonNumber(out_, value);
  }
  void integer(std::int64_t value) { raw(std::to_string(value)); }
  void unsignedInteger(std::uint64_t value) { raw(std::to_string(value)); }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  /// Text that is JSON already.
  void raw(std::string_view json) {
    separate();
    out_ += json;
  }

  void field(std::string_view name, std::string_view text) { key(name), string(text); }
  void field(std::string_view name, std::int64_t value) { key(name), integer(value); }

  void field(std::string_view name, const char* text) { field(name, std::string_view(text)); }

 protected:
  void open(char bracket) {
    separate();
    out_ += bracket;
  }
  // A comma goes between values: not at the start, not behind an opening bracket or a key.
  void separate() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':' && last != '\n') out_ += ',';
  }
  std::string& out_;
};

}  // namespace varka::xds

#include "core/resource/yaml_reader.h"

#include <algorithm>

namespace varka::resource {
namespace {

constexpr std::size_t kMaxDocuments = 10'000;
constexpr int kMaxDirectives = 16;

/// First byte that is no UTF-8 or a control character YAML does not allow; npos when the text is clean.
std::size_t firstBadByte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f) return i;
      ++i;
      continue;
    }
    const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
    if (length == 0 || byte > 0xf4 || i + length > text.size()) return i;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return i;
    }
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace

/// Counts one level of nesting while it lives; refuses beyond the limit, which also bounds our own stack.
class YamlReader::Depth {
 public:
  explicit Depth(YamlReader& reader) : reader_(reader) {
    if (++reader_.depth_ > reader_.limits_.depth) {
      reader_.refuse(reader_.pos_, "nested deeper than " + std::to_string(reader_.limits_.depth) + " levels");
    }
    reader_.deepest_ = std::max(reader_.deepest_, reader_.depth_);
  }
  ~Depth() { --reader_.depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  YamlReader& reader_;
};

YamlReader::YamlReader(std::string_view text, std::string file, const YamlLimits& limits, bool wantLayout)
    : text_(text),
      file_(std::make_shared<const std::string>(std::move(file))),
      limits_(limits),
      wantLayout_(wantLayout) {
  if (text_.size() <= limits_.bytes) size_ = static_cast<int>(text_.size());
}

tl::expected<std::vector<YamlDocument>, YamlError> YamlReader::read() {
  try {
    checkText();
    std::vector<YamlDocument> documents;
    while (true) {
      skipToContent(false);
      if (atEnd()) break;
      if (atMarker() && peek() == '.') {
        pos_ += 3;
        continue;
      }
      if (documents.size() >= kMaxDocuments) {
        refuse(pos_, "more than " + std::to_string(kMaxDocuments) + " documents in one file");
      }
      readDirectives();
      YamlDocument document = readDocument();
      if (!document.value.isNull()) documents.push_back(std::move(document));
    }
    return documents;
  } catch (const Failure& failure) {
    markOffset_ = 0, markLine_ = 1, markColumn_ = 1;
    return tl::unexpected(YamlError{Origin{file_, markAt(std::min(failure.offset, size_))}, failure.message});
  }
}

void YamlReader::checkText() const {
  if (text_.size() > limits_.bytes) {
    refuse(0, "larger than " + std::to_string(limits_.bytes >> 20) + " MiB");
  }
  const auto bad = firstBadByte(text_);
  if (bad == std::string_view::npos) return;
  const bool control = static_cast<unsigned char>(text_[bad]) < 0x80;
  refuse(static_cast<int>(bad), control ? "a control character that YAML does not allow" : "not UTF-8 text");
}

void YamlReader::readDirectives() {
  for (int count = 0; peek() == '%' && column() == 0; ++count) {
    if (count >= kMaxDirectives) refuse(pos_, "too many % directives");
    pos_ = static_cast<int>(std::min(text_.find('\n', static_cast<std::size_t>(pos_)), text_.size()));
    skipToContent(false);
    if (peek() != '%' && !(atMarker() && peek() == '-')) refuse(pos_, "--- has to follow the % directives");
  }
  if (atMarker() && peek() == '-') pos_ += 3;
}

YamlDocument YamlReader::readDocument() {
  anchors_.clear();
  nodes_ = 0;
  bytes_ = 0;
  YamlDocument document;
  document.value = readBlock(0, false, true, wantLayout_ ? &document.layout : nullptr);
  skipToContent(false);
  if (!atEnd() && !atMarker()) {
    refuse(pos_, freshLine() ? "this line does not belong to what is above it; check its indentation"
                             : "unexpected text after the value");
  }
  return document;
}

bool YamlReader::blankAt(int offset) const {
  const char c = charAt(offset);
  return offset >= size_ || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int YamlReader::lineStart(int offset) const {
  if (offset <= 0) return 0;
  const auto newline = text_.rfind('\n', static_cast<std::size_t>(offset - 1));
  return newline == std::string_view::npos ? (text_.substr(0, 3) == "\xef\xbb\xbf" ? std::min(3, offset) : 0)
                                           : static_cast<int>(newline) + 1;
}

bool YamlReader::freshLine() const {
  for (int at = pos_ - 1; at >= 0 && charAt(at) != '\n'; --at) {
    if (charAt(at) != ' ') return at < 3 && text_.substr(0, 3) == "\xef\xbb\xbf";
  }
  return true;
}

bool YamlReader::atMarker() const {
  const auto word = text_.substr(static_cast<std::size_t>(pos_), 3);
  return (word == "---" || word == "...") && blankAt(pos_ + 3) && column() == 0;
}

Mark YamlReader::markAt(int offset, int length) {
  if (offset < markOffset_) {
    const int start = lineStart(offset);
    markLine_ = 1 + static_cast<int>(std::count(text_.begin(), text_.begin() + start, '\n'));
    markColumn_ = 1;
    markOffset_ = start;
  }
  for (; markOffset_ < offset; ++markOffset_) {
    const char c = text_[static_cast<std::size_t>(markOffset_)];
    if (c == '\n') {
      ++markLine_;
      markColumn_ = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80 && !(c == '\xef' && markOffset_ == 0)) {
      ++markColumn_;
    }
  }
  return Mark{markLine_, markColumn_, offset, length};
}

/// Skips blanks, comments and line ends; stops at a document marker. Returns whether a line end (or the start
/// of the text) was crossed. In block context a tab may not indent what follows.
bool YamlReader::skipToContent(bool flow) {
  if (pos_ == 0 && text_.substr(0, 3) == "\xef\xbb\xbf") pos_ = 3;
  bool crossed = pos_ == 0 || pos_ == lineStart(pos_);
  int tab = -1;
  for (; pos_ < size_; ++pos_) {
    const char c = peek();
    if (c == '\n') {
      crossed = true;
      tab = -1;
    } else if (c == '\t') {
      if (crossed && tab < 0) tab = pos_;
    } else if (c == '#' && (pos_ == 0 || blankAt(pos_ - 1) || lineStart(pos_) == pos_)) {
      const auto newline = std::min(text_.find('\n', static_cast<std::size_t>(pos_)), text_.size());
      pos_ = static_cast<int>(newline) - 1;
    } else if (c != ' ' && c != '\r') {
      break;
    }
  }
  if (tab >= 0 && !flow && !atEnd()) refuse(tab, "a tab cannot indent; use spaces");
  return crossed;
}

void YamlReader::count(std::size_t nodes, std::size_t bytes, int offset) {
  nodes_ += nodes;
  bytes_ += bytes;
  if (nodes_ > limits_.nodes) refuse(offset, "more than " + std::to_string(limits_.nodes) + " values");
  if (bytes_ > 4 * limits_.bytes) refuse(offset, "the aliases expand to too much text");
}

YamlReader::Properties YamlReader::readProperties() {
  Properties properties;
  while (peek() == '&' || peek() == '!') {
    if (!properties.any()) properties.start = pos_;
    const int from = pos_;
    while (!blankAt(pos_) &&
           (pos_ == from || std::string_view(",[]{}").find(peek()) == std::string_view::npos))
      ++pos_;
    auto& target = charAt(from) == '&' ? properties.anchor : properties.tag;
    if (!target.empty()) refuse(from, "a second anchor or tag for one value");
    target = text_.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(pos_ - from));
    if (target == "&") refuse(from, "an anchor needs a name");
    while (peek() == ' ' || peek() == '\t') ++pos_;
  }
  if (!properties.anchor.empty()) properties.anchor.erase(0, 1);
  return properties;
}

Value YamlReader::finish(Value value, const Properties& properties, std::size_t nodesBefore,
                         std::size_t bytesBefore, int height) {
  if (!properties.anchor.empty()) {
    anchors_[properties.anchor] = Anchor{value, nodes_ - nodesBefore, bytes_ - bytesBefore, height};
    openAnchors_.pop_back();
  }
  return value;
}

Value YamlReader::readAlias(Layout* layout) {
  const int start = pos_++;
  while (!blankAt(pos_) && std::string_view(",[]{}").find(peek()) == std::string_view::npos) ++pos_;
  const std::string name(
      text_.substr(static_cast<std::size_t>(start + 1), static_cast<std::size_t>(pos_ - start - 1)));
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    const bool open = std::find(openAnchors_.begin(), openAnchors_.end(), name) != openAnchors_.end();
    refuse(start, open ? "the alias *" + name + " stands inside its own anchor"
                       : "no anchor &" + name + " above this alias");
  }
  const Anchor& anchor = found->second;
  count(anchor.nodes, anchor.bytes, start);
  if (depth_ + anchor.height > limits_.depth)
    refuse(start, "nested deeper than " + std::to_string(limits_.depth) + " levels");
  deepest_ = std::max(deepest_, depth_ + anchor.height);
  if (layout) *layout = Layout{Layout::Style::Alias, start, pos_, start - lineStart(start), false, {}};
  Value value = anchor.value;
  value.setMark(markAt(start, pos_ - start));
  return value;
}

Value YamlReader::readBlock(int minIndent, bool dashAtParent, bool mapInline, Layout* layout) {
  const Depth depth(*this);
  const int valueAt = pos_;
  const auto absent = [&] {
    Value value;
    value.setMark(markAt(valueAt));
    if (layout)
      *layout = Layout{Layout::Style::Null, valueAt, valueAt, valueAt - lineStart(valueAt), false, {}};
    count(1, 0, valueAt);
    return value;
  };
  const auto outside = [&] {
    const bool dashHere = dashAtParent && atDash() && column() == minIndent - 1;
    return atEnd() || atMarker() || (column() < minIndent && !dashHere);
  };
  bool newLine = skipToContent(false);
  if (newLine ? outside() : atEnd()) return absent();

  const int start = pos_;
  Properties properties = readProperties();
  const std::size_t nodesBefore = nodes_;
  const std::size_t bytesBefore = bytes_;
  const int outerDeepest = deepest_;
  deepest_ = depth_;
  if (properties.any() && (blankAt(pos_) || peek() == '#')) {
    newLine = skipToContent(false);
    if (newLine && outside()) {  // "&a" or "!!str" alone: an empty value
      if (!properties.anchor.empty()) openAnchors_.push_back(properties.anchor);
      const Properties used = properties;
      return finish(absent(), used, nodesBefore, bytesBefore, 0);
    }
    mapInline = newLine;
  }
  const bool structureAllowed = (newLine && (!properties.any() || pos_ != start)) || mapInline;
  const bool sameLineProperties = properties.any() && !newLine;
  const Mark mark = markAt(start);
  Value value;
  if (structureAllowed && peek() != '-' && readsAsKey() &&
      (!properties.any() || lineStart(start) == lineStart(pos_))) {
    // An anchor on the line of the first key belongs to that key.
    value = readBlockMap(start - lineStart(start), properties, layout);
    properties = {};
  } else {
    if (!properties.anchor.empty()) openAnchors_.push_back(properties.anchor);
    if (atDash()) {
      if (!structureAllowed || sameLineProperties)
        refuse(pos_, "a list cannot start here; put it on the next line");
      value = readBlockList(column(), layout);
    } else if (structureAllowed && readsAsKey()) {
      value = readBlockMap(column(), {}, layout);
    } else if (peek() == '?' && blankAt(pos_ + 1)) {
      refuse(pos_, "complex keys (\"? \") are not supported");
    } else if (peek() == ':' && blankAt(pos_ + 1)) {
      refuse(pos_, "a key is missing before this colon");
    } else if (peek() == '[' || peek() == '{') {
      value = readFlow(layout);
    } else if (peek() == '*') {
      if (properties.any()) refuse(pos_, "an alias cannot have an anchor or a tag");
      return readAlias(layout);
    } else {
      const int scalarAt = pos_;
      const Scalar scalar = scanScalar(minIndent, false);
      pos_ = scalar.end;
      value = typed(scalar, properties);
      count(1, scalar.text.size(), scalarAt);
      if (layout)
        *layout = Layout{scalar.style, scalarAt, scalar.end, scalarAt - lineStart(scalarAt), false, {}};
      value.setMark(Mark{mark.line, mark.column, mark.offset, scalar.end - start});
    }
    if (layout && properties.any()) {
      layout->start = start;
      layout->decorated = true;
    }
  }
  if (value.isMap() || value.isList()) value.setMark(mark);
  const int height = deepest_ - depth_ + 1;
  deepest_ = std::max(outerDeepest, deepest_);
  return finish(std::move(value), properties, nodesBefore, bytesBefore, height);
}

/// After an entry of a block at `indent`: true when the block ends here; refuses what cannot stand here.
bool YamlReader::endOfBlock(int indent) {
  skipToContent(false);
  if (atEnd() || atMarker()) return true;
  if (!freshLine()) refuse(pos_, "unexpected text after the value");
  if (column() > indent) refuse(pos_, "this line is indented deeper than its neighbours");
  return column() < indent;
}

Value YamlReader::readBlockList(int indent, Layout* layout) {
  count(1, 0, pos_);
  if (layout) *layout = Layout{Layout::Style::BlockList, pos_, pos_, indent, false, {}};
  Value::List items;
  do {
    if (!atDash()) break;  // a list at the indentation of its key ends with the next key
    const int dash = pos_++;
    Layout item;
    items.push_back(readBlock(indent + 1, false, true, layout ? &item : nullptr));
    if (layout) {
      layout->end = std::max(dash + 1, item.end);
      layout->children.push_back({dash, dash + 1, {}, std::move(item)});
    }
  } while (!endOfBlock(indent));
  return items;
}

/// Whether a key and its colon start at pos_ on this line.
bool YamlReader::readsAsKey() const {
  int at = pos_;
  const char first = peek();
  if (first == '&' || first == '!') {
    while (!blankAt(at)) ++at;
    while (charAt(at) == ' ') ++at;
  }
  const char quote = charAt(at);
  if (quote == '"' || quote == '\'') {
    for (++at; at < size_ && charAt(at) != '\n'; ++at) {
      if (quote == '"' && charAt(at) == '\\') {
        ++at;
      } else if (charAt(at) == quote) {
        if (quote == '"' || charAt(at + 1) != '\'') break;
        ++at;
      }
    }
    if (charAt(at) != quote) return false;
    for (++at; charAt(at) == ' ' || charAt(at) == '\t';) ++at;
    return charAt(at) == ':' && blankAt(at + 1);
  }
  static constexpr std::string_view kNoKey = "[]{}#*|>%@`,";
  if (kNoKey.find(quote) != std::string_view::npos && at < size_) return false;
  if ((quote == '?' || quote == ':' || quote == '-') && blankAt(at + 1)) return false;
  for (; at < size_ && charAt(at) != '\n'; ++at) {
    if (charAt(at) == ':' && blankAt(at + 1)) return true;
    if (charAt(at) == '#' && at > pos_ && blankAt(at - 1)) return false;
  }
  return false;
}

std::string YamlReader::readKey(Properties properties, int& keyEnd) {
  if (!properties.any()) properties = readProperties();
  const int start = pos_;
  Scalar scalar;
  if (peek() == '"') {
    scalar = scanDouble();
  } else if (peek() == '\'') {
    scalar = scanSingle();
  } else {
    int at = pos_;
    while (!(charAt(at) == ':' && blankAt(at + 1))) ++at;
    while (at > pos_ && blankAt(at - 1)) --at;
    scalar.text = text_.substr(static_cast<std::size_t>(pos_), static_cast<std::size_t>(at - pos_));
    scalar.end = at;
  }
  count(1, scalar.text.size(), start);
  keyEnd = scalar.end;
  pos_ = scalar.end;
  const Value key = typed(scalar, properties);
  if (!properties.anchor.empty()) anchors_[properties.anchor] = Anchor{key, 1, scalar.text.size(), 1};
  return key.isNull() ? "null" : key.text();
}

void YamlReader::mergeInto(Value::Map& map, const Value& merged, int offset) const {
  if (merged.isList()) {
    for (const auto& item : merged.items()) mergeInto(map, item, offset);
    return;
  }
  if (!merged.isMap()) refuse(offset, "<< merges only mappings");
  for (const auto& entry : merged.entries()) {
    const bool known =
        std::any_of(map.begin(), map.end(), [&](const auto& own) { return own.key == entry.key; });
    if (!known) map.push_back(entry);
  }
}

void YamlReader::addEntry(Value::Map& map, std::map<std::string, int, std::less<>>& seen, std::string key,
                          Mark mark, Value value) {
  const auto [at, fresh] = seen.emplace(key, mark.line);
  if (!fresh) {
    refuse(mark.offset, "the key " + key + " is already set in line " + std::to_string(at->second));
  }
  map.push_back({std::move(key), mark, std::move(value)});
}

Value YamlReader::readBlockMap(int indent, Properties first, Layout* layout) {
  count(1, 0, pos_);
  const int mapStart = first.any() ? first.start : pos_;
  if (layout) *layout = Layout{Layout::Style::BlockMap, mapStart, mapStart, indent, false, {}};
  Value::Map map;
  std::map<std::string, int, std::less<>> seen;
  std::vector<std::pair<Value, int>> merges;
  do {
    if (!readsAsKey()) {
      refuse(pos_, atDash() ? "a list item among the keys of a mapping; indent it below its key"
                            : "expected \"key: value\" here; is a colon or the space after it missing?");
    }
    const int keyStart = first.any() ? first.start : pos_;
    const Mark keyMark = markAt(keyStart);
    int keyEnd = 0;
    const bool plain = peek() != '"' && peek() != '\'';
    std::string key = readKey(first, keyEnd);
    first = {};
    while (peek() == ' ' || peek() == '\t') ++pos_;
    ++pos_;  // the colon
    Layout child;
    Value value = readBlock(indent + 1, true, false, layout ? &child : nullptr);
    if (layout) {
      layout->end = std::max(keyEnd + 1, child.end);
      layout->children.push_back({keyStart, keyEnd, key, std::move(child)});
    }
    if (plain && key == "<<") {
      merges.emplace_back(std::move(value), keyStart);
    } else {
      addEntry(map, seen, std::move(key), Mark{keyMark.line, keyMark.column, keyStart, keyEnd - keyStart},
               std::move(value));
    }
  } while (!endOfBlock(indent));
  for (const auto& [value, offset] : merges) mergeInto(map, value, offset);
  return map;
}

Value YamlReader::readFlow(Layout* layout) {
  const Depth depth(*this);
  const int start = pos_;
  const Properties properties = readProperties();
  if (properties.any()) skipToContent(true);
  const std::size_t nodesBefore = nodes_;
  const std::size_t bytesBefore = bytes_;
  const int outerDeepest = deepest_;
  deepest_ = depth_;
  if (!properties.anchor.empty()) openAnchors_.push_back(properties.anchor);
  const Mark mark = markAt(start);
  Value value;
  if (peek() == '[') {
    value = readFlowList(layout);
    value.setMark(mark);
  } else if (peek() == '{') {
    value = readFlowMap(layout);
    value.setMark(mark);
  } else if (peek() == '*') {
    if (properties.any()) refuse(pos_, "an alias cannot have an anchor or a tag");
    return readAlias(layout);
  } else if (peek() == '?' && blankAt(pos_ + 1)) {
    refuse(pos_, "complex keys (\"? \") are not supported");
  } else if (peek() == '-' && blankAt(pos_ + 1)) {
    refuse(pos_, "a block list cannot stand inside [ ] or { }");
  } else {
    const int scalarAt = pos_;
    const Scalar scalar = scanScalar(0, true);
    pos_ = scalar.end;
    value = typed(scalar, properties);
    count(1, scalar.text.size(), scalarAt);
    if (layout)
      *layout = Layout{scalar.style, scalarAt, scalar.end, scalarAt - lineStart(scalarAt), false, {}};
    value.setMark(Mark{mark.line, mark.column, start, scalar.end - start});
  }
  if (layout && properties.any()) {
    layout->start = start;
    layout->decorated = true;
  }
  const int height = deepest_ - depth_ + 1;
  deepest_ = std::max(outerDeepest, deepest_);
  return finish(std::move(value), properties, nodesBefore, bytesBefore, height);
}

/// A key inside [ ] or { } was read; reads ": value" when it follows, else the value is null.
Value YamlReader::readFlowPair(Value key, int keyStart, int keyEnd, Layout* layout) {
  if (key.isMap() || key.isList()) refuse(keyStart, "a collection cannot be a key");
  const int afterKey = pos_;
  skipToContent(true);
  Value value;
  if (peek() == ':') {
    ++pos_;
    const int valueAt = pos_;
    skipToContent(true);
    if (peek() == ',' || peek() == '}' || peek() == ']') {
      value.setMark(markAt(valueAt));
      if (layout) *layout = Layout{Layout::Style::Null, valueAt, valueAt, 0, false, {}};
    } else {
      value = readFlow(layout);
    }
  } else {
    value.setMark(markAt(keyEnd));
    if (layout) *layout = Layout{Layout::Style::Null, keyEnd, keyEnd, 0, false, {}};
    pos_ = afterKey;
  }
  return value;
}

Value YamlReader::readFlowList(Layout* layout) {
  const int start = pos_++;
  count(1, 0, start);
  if (layout) *layout = Layout{Layout::Style::FlowList, start, start, start - lineStart(start), false, {}};
  Value::List items;
  for (;;) {
    skipToContent(true);
    if (atEnd() || atMarker()) refuse(start, "the [ opened here is never closed");
    if (peek() == ']') break;
    Layout child;
    Layout pairChild;
    const int itemStart = pos_;
    Value item = readFlow(layout ? &child : nullptr);
    const int itemEnd = pos_;
    skipToContent(true);
    if (peek() == ':') {  // [a: b] is a list of one-pair mappings
      Value::Map pair;
      const Mark keyMark = item.mark();
      std::string key = item.isNull() ? "null" : item.text();
      Value value = readFlowPair(std::move(item), itemStart, itemEnd, layout ? &pairChild : nullptr);
      pair.push_back({key, keyMark, std::move(value)});
      item = Value(std::move(pair));
      item.setMark(keyMark);
      if (layout) {
        child = Layout{Layout::Style::FlowMap, itemStart, pos_, 0, true, {}};
        child.children.push_back({itemStart, itemEnd, key, std::move(pairChild)});
      }
      skipToContent(true);
    }
    if (layout) layout->children.push_back({itemStart, itemStart, {}, std::move(child)});
    items.push_back(std::move(item));
    if (peek() == ',') {
      ++pos_;
    } else if (peek() != ']') {
      if (atEnd() || atMarker()) refuse(start, "the [ opened here is never closed");
      refuse(pos_, "expected , or ] here");
    }
  }
  ++pos_;
  if (layout) layout->end = pos_;
  return items;
}

Value YamlReader::readFlowMap(Layout* layout) {
  const int start = pos_++;
  count(1, 0, start);
  if (layout) *layout = Layout{Layout::Style::FlowMap, start, start, start - lineStart(start), false, {}};
  Value::Map map;
  std::map<std::string, int, std::less<>> seen;
  std::vector<std::pair<Value, int>> merges;
  for (;;) {
    skipToContent(true);
    if (atEnd() || atMarker()) refuse(start, "the { opened here is never closed");
    if (peek() == '}') break;
    if (peek() == ':' && blankAt(pos_ + 1)) refuse(pos_, "a key is missing before this colon");
    const int keyStart = pos_;
    const bool plain = peek() != '"' && peek() != '\'';
    Value keyValue = readFlow(nullptr);
    const Mark keyMark = keyValue.mark();
    const int keyEnd = pos_;
    std::string key = keyValue.isNull() ? "null" : keyValue.text();
    Layout child;
    Value value = readFlowPair(std::move(keyValue), keyStart, keyEnd, layout ? &child : nullptr);
    if (layout) layout->children.push_back({keyStart, keyEnd, key, std::move(child)});
    if (plain && key == "<<") {
      merges.emplace_back(std::move(value), keyStart);
    } else {
      addEntry(map, seen, std::move(key), keyMark, std::move(value));
    }
    skipToContent(true);
    if (peek() == ',') {
      ++pos_;
    } else if (peek() != '}') {
      if (atEnd() || atMarker()) refuse(start, "the { opened here is never closed");
      refuse(pos_, "expected , or } here");
    }
  }
  ++pos_;
  if (layout) layout->end = pos_;
  for (const auto& [value, offset] : merges) mergeInto(map, value, offset);
  return map;
}

}  // namespace varka::resource

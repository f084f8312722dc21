#pragma once
// The YAML reader behind yaml.h and splice.h: one pass of recursive descent over bounded text, with exact
// places. Block and flow collections, all scalar styles, anchors, aliases, merge keys; typed like Kubernetes
// types YAML (YAML 1.1 words, 1.2 layout). Left out on purpose, with an error: complex keys ("? "),
// collections as keys, unknown tags. Private to core/resource.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/resource/yaml.h"

namespace varka::resource {

/// Where a node and its parts stand in the text, for splice.cpp. Offsets are bytes; ends are exclusive and
/// leave out trailing comments and line ends.
struct Layout {
  enum class Style {
    Null,
    Plain,
    Single,
    Double,
    Literal,
    Folded,
    Alias,
    BlockList,
    BlockMap,
    FlowList,
    FlowMap
  };
  struct Child;
  Style style = Style::Null;
  int start = 0;
  int end = 0;
  int column = 0;          // of the start, 0-based, in bytes
  bool decorated = false;  // has an anchor or a tag in front of it (start is then the anchor's)
  std::vector<Child> children;
};
struct Layout::Child {
  int start = 0;   // of the key, or of the dash of a block list item
  int keyEnd = 0;  // of the key or dash
  std::string key;
  Layout node;
};

struct YamlDocument {
  Value value;
  Layout layout;
};

/// What a plain (unquoted) scalar means.
Value resolvePlain(std::string_view text);

class YamlReader {
 public:
  YamlReader(std::string_view text, std::string file, const YamlLimits& limits, bool wantLayout);
  tl::expected<std::vector<YamlDocument>, YamlError> read();

 private:
  struct Failure {
    int offset;
    std::string message;
  };
  struct Anchor {
    Value value;
    std::size_t nodes = 0, bytes = 0;
    int height = 0;
  };
  struct Properties {
    int start = -1;
    std::string anchor, tag;
    [[nodiscard]] bool any() const { return start >= 0; }
  };
  struct Scalar {
    std::string text;
    Layout::Style style = Layout::Style::Plain;
    int end = 0;
  };
  class Depth;

  // characters
  [[noreturn]] void refuse(int offset, std::string message) const {
    throw Failure{offset, std::move(message)};
  }
  [[nodiscard]] char peek(int ahead = 0) const { return charAt(pos_ + ahead); }
  [[nodiscard]] char charAt(int offset) const {
    return offset < size_ ? text_[static_cast<std::size_t>(offset)] : '\0';
  }
  [[nodiscard]] bool atEnd() const { return pos_ >= size_; }
  [[nodiscard]] bool blankAt(int offset) const;  // space, tab, line end or end of text
  [[nodiscard]] int lineStart(int offset) const;
  [[nodiscard]] int column() const { return pos_ - lineStart(pos_); }
  [[nodiscard]] bool freshLine() const;  // nothing but spaces before pos_ on its line
  [[nodiscard]] bool atMarker() const;   // --- or ... at the start of a line
  [[nodiscard]] bool atDash() const { return peek() == '-' && blankAt(pos_ + 1); }
  Mark markAt(int offset, int length = 0);

  // structure (yaml_reader.cpp)
  void checkText() const;
  void readDirectives();
  bool skipToContent(bool flow);
  YamlDocument readDocument();
  Value readBlock(int minIndent, bool dashAtParent, bool mapInline, Layout* layout);
  Value readBlockList(int indent, Layout* layout);
  Value readBlockMap(int indent, Properties first, Layout* layout);
  bool readsAsKey() const;
  std::string readKey(Properties properties, int& keyEnd);
  bool endOfBlock(int indent);
  Value readFlow(Layout* layout);
  Value readFlowList(Layout* layout);
  Value readFlowMap(Layout* layout);
  Value readFlowPair(Value key, int keyStart, int keyEnd, Layout* layout);
  void addEntry(Value::Map& map, std::map<std::string, int, std::less<>>& seen, std::string key, Mark mark,
                Value value);
  void mergeInto(Value::Map& map, const Value& merged, int offset) const;
  Value readAlias(Layout* layout);
  Properties readProperties();
  Value finish(Value value, const Properties& properties, std::size_t nodesBefore, std::size_t bytesBefore,
               int height);
  void count(std::size_t nodes, std::size_t bytes, int offset);

  // scalars (yaml_scalars.cpp)
  Scalar scanScalar(int minIndent, bool flow);
  Scalar scanSingle() const;
  Scalar scanDouble() const;
  Scalar scanPlain(int minIndent, bool flow) const;
  Scalar scanBlock(int minIndent) const;
  int scanEscape(int offset, std::string& out) const;
  int foldLines(int offset, std::string& out, bool trim) const;
  Value typed(const Scalar& scalar, const Properties& properties) const;

  std::string_view text_;
  int size_ = 0;
  int pos_ = 0;
  std::shared_ptr<const std::string> file_;
  YamlLimits limits_;
  bool wantLayout_;
  int depth_ = 0;
  int deepest_ = 0;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::vector<std::string> openAnchors_;
  int markOffset_ = 0, markLine_ = 1, markColumn_ = 1;  // where the last mark was; marks mostly move forward
};

}  // namespace varka::resource

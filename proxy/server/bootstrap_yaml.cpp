// The one place of the proxy that knows yaml-cpp: a bootstrap written as YAML becomes JSON text.

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>

#include "core/xds/value.h"
#include "proxy/server/bootstrap.h"

namespace varka::proxy {
namespace {

constexpr int kMostDepth = 100;
constexpr int kMostNodes = 1'000'000;

struct Budget {
  int nodes = kMostNodes;
  std::string problem;
};

bool isPlainNumber(const std::string& text, double& out) {
  if (text.empty() ||
      !(std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-' || text[0] == '.'))
    return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(out);
}

xds::Value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  const bool plain = node.Tag() == "?";  // quoted scalars have "!"
  if (!plain) return text;
  if (text == "true" || text == "True") return true;
  if (text == "false" || text == "False") return false;
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  double number = 0;
  if (isPlainNumber(text, number)) return number;
  return text;
}

xds::Value convert(const YAML::Node& node, int depth, Budget& budget) {
  if (--budget.nodes < 0) budget.problem = "the document expands to too many nodes";
  if (depth > kMostDepth) budget.problem = "the document is nested too deeply, or an anchor contains itself";
  if (!budget.problem.empty()) return nullptr;
  if (node.IsMap()) {
    xds::Struct fields;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) {
        budget.problem = "line " + std::to_string(entry.first.Mark().line + 1) + ": a key must be text";
        return nullptr;
      }
      const bool fresh =
          fields.emplace(entry.first.Scalar(), convert(entry.second, depth + 1, budget)).second;
      if (!fresh)
        budget.problem = "line " + std::to_string(entry.first.Mark().line + 1) + ": \"" +
                         entry.first.Scalar() + "\" is there twice";
      if (!budget.problem.empty()) return nullptr;
    }
    return fields;
  }
  if (node.IsSequence()) {
    xds::List items;
    for (const auto& item : node) {
      items.push_back(convert(item, depth + 1, budget));
      if (!budget.problem.empty()) return nullptr;
    }
    return items;
  }
  if (node.IsScalar()) return scalar(node);
  return nullptr;
}

}  // namespace

Result<std::string> yamlToJson(const std::string& yaml) {
  try {
    const YAML::Node root = YAML::Load(yaml);
    Budget budget;
    const xds::Value value = convert(root, 0, budget);
    if (!budget.problem.empty()) return fail(budget.problem);
    return xds::toJson(value);
  } catch (const YAML::Exception& error) {
    return fail("line " + std::to_string(error.mark.line + 1) + ", column " +
                std::to_string(error.mark.column + 1) + ": " + error.msg);
  }
}

}  // namespace varka::proxy

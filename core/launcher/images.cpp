#include "core/launcher/images.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/resource/yaml.h"

namespace varka::launcher {
namespace {

bool globMatches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

ImageProgram programFromValue(const resource::Value& value) {
  ImageProgram program;
  program.pattern = value.has("image") ? value["image"].text() : value["pattern"].text();
  for (const auto& word : value["command"].items()) program.command.push_back(word.text());
  for (const auto& entry : value["env"].entries()) program.env[entry.key] = entry.value.text();
  program.workingDir = value["workingDir"].text();
  program.keepCommand = value["keepCommand"].asBool();
  return program;
}

}  // namespace

bool imageMatches(const std::string& pattern, const std::string& image) {
  const bool tagless =
      image.find(':', image.rfind('/') == std::string::npos ? 0 : image.rfind('/')) == std::string::npos;
  const std::string named = tagless ? image + ":latest" : image;
  for (std::size_t start = 0; start != std::string::npos;) {
    const std::string_view rest = std::string_view(named).substr(start);
    if (globMatches(pattern, rest) || globMatches(pattern, rest.substr(0, rest.rfind(':')))) return true;
    start = named.find('/', start);
    if (start != std::string::npos) ++start;
  }
  return false;
}

std::string missingImageText(const std::string& image) {
  const auto tag = image.rfind(':');
  const bool tagged = tag != std::string::npos && image.find('/', tag) == std::string::npos;
  const std::string pattern = (tagged ? image.substr(0, tag) : image) + "*";
  return "no program for image " + image + ". Add to varka.yaml:\nimages:\n- image: \"" + pattern +
         "\"\n  command: [./your-program, --port, \"8080\"]";
}

ImageCatalogue::ImageCatalogue(std::map<std::string, std::string> variables)
    : variables_(std::move(variables)) {}

void ImageCatalogue::addProject(const std::vector<resource::ImageEntry>& images) {
  for (const auto& image : images)
    programs_.push_back({image.pattern, image.command, image.env, image.workingDir, false});
}

void ImageCatalogue::add(const resource::Value& images) {
  for (const auto& image : images.items()) programs_.push_back(programFromValue(image));
}

Result<> ImageCatalogue::addFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("cannot read the image catalogue " + path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto documents = resource::parseYaml(text, path);
  if (!documents) return fail(documents.error().in("image catalogue"));
  for (const auto& document : *documents) add(document["images"]);
  return {};
}

std::string ImageCatalogue::expand(const std::string& text) const {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto end = text.compare(i, 2, "${") == 0 ? text.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += text[i++];
      continue;
    }
    const std::string name = text.substr(i + 2, end - i - 2);
    const auto known = variables_.find(name);
    if (known != variables_.end()) {
      out += known->second;
    } else if (const char* value = std::getenv(name.c_str())) {
      out += value;
    }
    i = end + 1;
  }
  return out;
}

std::optional<ImageProgram> ImageCatalogue::find(const std::string& image) const {
  for (const auto& program : programs_) {
    if (!imageMatches(program.pattern, image)) continue;
    ImageProgram found = program;
    for (auto& word : found.command) word = expand(word);
    for (auto& [name, value] : found.env) value = expand(value);
    found.workingDir = expand(found.workingDir);
    return found;
  }
  return std::nullopt;
}

}  // namespace varka::launcher

#include "core/resource/project.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "core/resource/short_form.h"
#include "core/resource/suggest.h"
#include "core/resource/yaml.h"

namespace varka::resource {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 5'000;
constexpr std::size_t kMaxFileBytes = 8u << 20;

bool isYaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml" || path.extension() == ".json";
}

/// "*" and "?" stay within one name, "**" crosses folders.
bool globMatches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (pattern.starts_with("**")) {
      pattern.remove_prefix(2);
      if (pattern.starts_with("/") && globMatches(pattern.substr(1), path))
        return true;  // "**/" matches nothing too
      for (std::size_t i = 0; i <= path.size(); ++i) {
        if (globMatches(pattern, path.substr(i))) return true;
      }
      return false;
    }
    if (pattern[0] == '*') {
      pattern.remove_prefix(1);
      for (std::size_t i = 0;; ++i) {
        if (globMatches(pattern, path.substr(i))) return true;
        if (i >= path.size() || path[i] == '/') return false;
      }
    }
    if (path.empty() || (pattern[0] != path[0] && !(pattern[0] == '?' && path[0] != '/'))) return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

class Loader {
 public:
  explicit Loader(const std::string& path) { open(path); }
  LoadResult take() {
    checkDependencies();
    return std::move(result_);
  }

 private:
  Project& project() { return result_.project; }

  void problem(Origin origin, std::string message) {
    result_.problems.push_back({std::move(origin), std::move(message)});
  }
  void problem(const std::string& file, std::string message) {
    problem(Origin{std::make_shared<const std::string>(file), {}}, std::move(message));
  }

  void open(const std::string& path) {
    std::error_code error;
    const fs::path absolute = fs::weakly_canonical(fs::absolute(path, error), error);
    const auto status = fs::status(absolute, error);
    if (!fs::exists(status)) {
      problem(path, "no such file or folder");
      return;
    }
    if (!fs::is_directory(status)) {
      directory_ = absolute.parent_path();
      start();
      readFile(absolute);
      return;
    }
    directory_ = absolute;
    start();
    for (const char* name : {"varka.yaml", "varka.yml"}) {
      if (fs::exists(absolute / name, error)) {
        readFile(absolute / name);
        return;
      }
    }
    project().globs.push_back((directory_ / "**/*.yaml").string());
    readMatches("**/*.yaml");
    readMatches("**/*.yml");
    if (project().files.empty()) {
      problem(path, "no varka.yaml and no *.yaml file here; `varka samples` lists projects to start from");
    }
  }

  void start() {
    project().directory = directory_.string();
    project().name = directory_.filename().string();
  }

  [[nodiscard]] std::string shown(const fs::path& file) const {
    const auto relative = file.lexically_relative(directory_).string();
    return relative.empty() || relative.starts_with("..") ? file.string() : relative;
  }

  /// Files below the project's folder that match, in order; hidden folders and node_modules are not entered.
  std::vector<fs::path> matches(const std::string& pattern) {
    const fs::path wanted = fs::path(pattern).is_absolute() ? fs::path(pattern) : directory_ / pattern;
    const std::string full = wanted.lexically_normal().string();
    const auto wild = full.find_first_of("*?");
    if (wild == std::string::npos) return {full};
    const fs::path base = full.substr(0, full.rfind('/', wild));
    std::vector<fs::path> found;
    std::error_code error;
    fs::recursive_directory_iterator walk(base, fs::directory_options::skip_permission_denied, error);
    const bool deep = full.find("**", wild) != std::string::npos;
    const auto levels = std::count(full.begin() + static_cast<std::ptrdiff_t>(wild), full.end(), '/');
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
      const std::string name = walk->path().filename().string();
      std::error_code ignored;
      if (walk->is_directory(ignored)) {
        if (name.starts_with(".") || name == "node_modules" || (!deep && walk.depth() >= levels))
          walk.disable_recursion_pending();
      } else if (isYaml(walk->path()) && globMatches(full, walk->path().string())) {
        found.push_back(walk->path());
      }
      if (found.size() > kMaxFiles) break;
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  void readMatches(const std::string& pattern) {
    for (const auto& file : matches(pattern)) readFile(file);
  }

  void readFile(const fs::path& file) {
    if (!seen_.insert(file.string()).second) return;
    if (seen_.size() > kMaxFiles) {
      if (seen_.size() == kMaxFiles + 1)
        problem(shown(file),
                "more than " + std::to_string(kMaxFiles) + " files; name the wanted ones under include");
      return;
    }
    project().files.push_back(file.string());
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (!error && size > kMaxFileBytes) {
      problem(shown(file), "larger than 8 MiB; this is no configuration");
      return;
    }
    std::ifstream stream(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(stream)), {});
    if (!stream && text.empty()) {
      problem(shown(file), "cannot be read: " + std::string(error ? error.message() : "permission denied?"));
      return;
    }
    readText(text, shown(file));
  }

  void readText(const std::string& text, const std::string& name) {
    const auto documents = readYaml(text, name);
    if (!documents) {
      problem(documents.error().origin, documents.error().message);
      return;
    }
    const auto file = std::make_shared<const std::string>(name);
    for (const auto& document : *documents) {
      if (isShortForm(document)) {
        readShortForm(document, file);
      } else if (document["kind"].asString().ends_with("List") && document["items"].isList()) {
        for (const auto& item : document["items"].items()) addObject(item, file);
      } else if (!document.isNull()) {
        addObject(document, file);
      }
    }
  }

  void readShortForm(const Value& document, const std::shared_ptr<const std::string>& file) {
    ShortForm form = expandShortForm(document, file);
    if (!form.name.empty()) project().name = form.name;
    namespace_ = form.ns;
    project().settings = form.settings;
    std::move(form.images.begin(), form.images.end(), std::back_inserter(project().images));
    std::move(form.problems.begin(), form.problems.end(), std::back_inserter(result_.problems));
    for (const auto& dependency : form.dependencies)
      dependencies_.emplace_back(Origin{file, dependency.first}, dependency.second);
    for (auto& object : form.objects) add(std::move(object));
    for (const auto& [mark, pattern] : form.include) {
      std::error_code error;
      const bool folder = fs::is_directory(directory_ / pattern, error);
      const std::string glob = folder ? pattern + "/**/*.yaml" : pattern;
      const bool wild = glob.find_first_of("*?") != std::string::npos;
      if (wild) project().globs.push_back((directory_ / glob).lexically_normal().string());
      if (!wild && !fs::exists(directory_ / glob, error)) {
        problem(Origin{file, mark}, "include: no file " + pattern);
        continue;
      }
      readMatches(glob);
    }
  }

  void addObject(const Value& document, const std::shared_ptr<const std::string>& file) {
    auto object = readObject(document, Origin{file, document.mark()}, namespace_);
    if (object) {
      add(std::move(*object));
    } else {
      problem(object.error().origin, object.error().message);
    }
  }

  void add(Object object) {
    const auto [known, fresh] = places_.emplace(object.key(), object.origin);
    if (!fresh) {
      problem(object.origin,
              object.key().text() + " is already defined in " + known->second.text() + "; keep one of them");
      return;
    }
    project().objects.push_back(std::move(object));
  }

  void checkDependencies() {
    std::vector<std::string> names;
    for (const auto& object : project().objects) {
      if (object.kind == "Service" || object.kind == "Deployment" || object.kind == "Pod")
        names.push_back(object.name);
    }
    for (const auto& object : project().objects) {
      if (object.labels.contains("app")) names.push_back(object.labels.at("app"));
    }
    for (const auto& [origin, name] : dependencies_) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        problem(origin, "dependsOn: there is no service " + name + didYouMean(name, names));
      }
    }
  }

  LoadResult result_;
  fs::path directory_;
  std::string namespace_ = "default";
  std::set<std::string> seen_;
  std::map<Key, Origin> places_;
  std::vector<std::pair<Origin, std::string>> dependencies_;
};

}  // namespace

LoadResult loadProject(const std::string& path) {
  return Loader(path).take();
}

std::string renderProject(const Project& project) {
  std::string out;
  for (const auto& object : project.objects) {
    if (!out.empty()) out += "---\n";
    out += toYaml(object.root);
  }
  return out;
}

}  // namespace varka::resource

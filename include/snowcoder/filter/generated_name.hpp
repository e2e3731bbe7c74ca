// SPDX-License-Identifier: Apache-2.0
// Paths under which programs write files, as linguist's generated.rb (release 7.22.1, MIT licence) and go-enry's port of it
// tell them: lock files, folders of fetched packages, designers. In our own words.
#pragma once

#include <snowcoder/core/ascii.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace snowcoder::filter::detail {

constexpr bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// Folder `name` (with its slash) anywhere in the path.
constexpr bool has_folder(std::string_view path, std::string_view name) {
  for (auto at = path.find(name); at != path.npos; at = path.find(name, at + 1))
    if (at == 0 || path[at - 1] == '/') return true;
  return false;
}
constexpr bool ends_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && equals_ignoring_case(text.substr(text.size() - lower.size()), lower);
}

/// Packages that Go fetched: vendor/github.com/…
constexpr bool is_below_go_vendor(std::string_view path) {
  constexpr std::string_view domains[] = {"com", "edu", "gov", "in", "me", "net", "org", "fm", "io"};
  for (auto at = path.find("vendor/"); at != path.npos; at = path.find("vendor/", at + 1)) {
    auto rest = path.substr(at + 7);
    for (bool first = true;; first = false) {
      if (!first)
        for (auto const domain : domains)
          if (rest.starts_with(domain)) return true;
      std::size_t label = 0;
      while (label < rest.size() && (rest[label] == '-' || is_ascii_alphanumeric(rest[label]))) ++label;
      if (label == 0 || label == rest.size() || rest[label] != '.') break;
      rest.remove_prefix(label + 1);
    }
  }
  return false;
}

constexpr bool has_generated_name(std::string_view path) {
  if (path.empty()) return false;
  constexpr std::string_view anywhere[] = {"node_modules/",       "Godeps/",           "__generated__/", "Gopkg.lock",
                                           "glide.lock",          "poetry.lock",       "Cargo.lock",     "composer.lock",
                                           "npm-shrinkwrap.json", "package-lock.json", "Pipfile.lock"};
  for (auto const part : anywhere)
    if (contains(path, part)) return true;
  constexpr std::string_view folders[] = {"Pods/", "Carthage/Build/", ".idea/"};
  for (auto const folder : folders)
    if (has_folder(path, folder)) return true;
  constexpr std::string_view ends[] = {".nib",        ".xcworkspacedata", ".xcuserstate", ".designer.cs", ".designer.vb",
                                       ".feature.cs", "_tlb.pas",         ".js.map",      ".css.map"};
  for (auto const end : ends)
    if (ends_ignoring_case(path, end)) return true;
  auto const name = path.substr(path.find_last_of('/') + 1);
  if (name == ".terraform.lock.hcl" || name == "esy.lock" || name.ends_with(".esy.lock") || name.starts_with(".pnp."))
    return true;
  constexpr std::string_view zephir[] = {".zep.c", ".zep.h", ".zep.php"};
  for (auto const end : zephir)
    if (name.size() > end.size() && name.ends_with(end)) return true;
  return is_below_go_vendor(path);
}

static_assert(has_generated_name("a/vendor/k8s.io/x.go") && !has_generated_name("vendor/mine/x.go"));

}  // namespace snowcoder::filter::detail

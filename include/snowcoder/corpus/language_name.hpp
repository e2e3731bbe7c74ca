// SPDX-License-Identifier: Apache-2.0
// The language that a file's name promises: by extension or by the whole name. Some extensions are shared with other
// languages; for those the content decides (corpus/language.hpp).
#pragma once

#include <snowcoder/config/language.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace snowcoder::corpus {

struct name_rule {
  std::string_view name;  ///< lower case
  config::language language;
  bool shared = false;  ///< other languages use it too
};

namespace detail {
using enum config::language;

inline constexpr std::array extensions{name_rule{".py", python},
                                       name_rule{".pyw", python},
                                       name_rule{".pyi", python},
                                       name_rule{".py3", python},
                                       name_rule{".wsgi", python},
                                       name_rule{".gyp", python},
                                       name_rule{".gypi", python},
                                       name_rule{".bzl", python},
                                       name_rule{".pyt", python},
                                       name_rule{".xpy", python},
                                       name_rule{".java", java},
                                       name_rule{".cpp", cpp},
                                       name_rule{".cc", cpp},
                                       name_rule{".cxx", cpp},
                                       name_rule{".c++", cpp},
                                       name_rule{".cp", cpp},
                                       name_rule{".hpp", cpp},
                                       name_rule{".hh", cpp},
                                       name_rule{".hxx", cpp},
                                       name_rule{".h++", cpp},
                                       name_rule{".inl", cpp},
                                       name_rule{".ipp", cpp},
                                       name_rule{".tcc", cpp},
                                       name_rule{".tpp", cpp},
                                       name_rule{".ixx", cpp},
                                       name_rule{".cppm", cpp},
                                       name_rule{".ino", cpp},
                                       name_rule{".txx", cpp},
                                       name_rule{".c", c},
                                       name_rule{".h", c, true},
                                       name_rule{".idc", c},
                                       name_rule{".cats", c},
                                       name_rule{".w", c, true},
                                       name_rule{".js", javascript},
                                       name_rule{".mjs", javascript},
                                       name_rule{".cjs", javascript},
                                       name_rule{".jsx", javascript},
                                       name_rule{".es6", javascript},
                                       name_rule{".jsm", javascript},
                                       name_rule{".ssjs", javascript},
                                       name_rule{".njs", javascript},
                                       name_rule{".php", php, true},
                                       name_rule{".php3", php},
                                       name_rule{".php4", php},
                                       name_rule{".php5", php},
                                       name_rule{".php7", php},
                                       name_rule{".phps", php},
                                       name_rule{".phpt", php},
                                       name_rule{".phtml", php},
                                       name_rule{".ctp", php},
                                       name_rule{".inc", php, true},
                                       name_rule{".cs", csharp, true},
                                       name_rule{".csx", csharp},
                                       name_rule{".cake", csharp},
                                       name_rule{".go", go},
                                       name_rule{".ts", typescript, true},
                                       name_rule{".tsx", typescript, true},
                                       name_rule{".mts", typescript},
                                       name_rule{".cts", typescript},
                                       name_rule{".sql", sql, true},
                                       name_rule{".ddl", sql},
                                       name_rule{".pck", sql},
                                       name_rule{".pkb", sql},
                                       name_rule{".pks", sql},
                                       name_rule{".plb", sql},
                                       name_rule{".pls", sql},
                                       name_rule{".plsql", sql},
                                       name_rule{".prc", sql},
                                       name_rule{".tab", sql, true},
                                       name_rule{".udf", sql},
                                       name_rule{".viw", sql},
                                       name_rule{".cql", sql},
                                       name_rule{".mysql", sql},
                                       name_rule{".pgsql", sql},
                                       name_rule{".rb", ruby},
                                       name_rule{".rake", ruby},
                                       name_rule{".gemspec", ruby},
                                       name_rule{".ru", ruby},
                                       name_rule{".podspec", ruby},
                                       name_rule{".builder", ruby},
                                       name_rule{".jbuilder", ruby},
                                       name_rule{".rabl", ruby},
                                       name_rule{".rbw", ruby},
                                       name_rule{".thor", ruby},
                                       name_rule{".rs", rust, true},
                                       name_rule{".ipynb", jupyter_notebook},
                                       name_rule{".scala", scala},
                                       name_rule{".sbt", scala},
                                       name_rule{".sc", scala, true},
                                       name_rule{".kt", kotlin},
                                       name_rule{".ktm", kotlin},
                                       name_rule{".kts", kotlin},
                                       name_rule{".sh", shell},
                                       name_rule{".bash", shell},
                                       name_rule{".zsh", shell},
                                       name_rule{".ksh", shell},
                                       name_rule{".command", shell},
                                       name_rule{".bats", shell},
                                       name_rule{".tmux", shell},
                                       name_rule{".dart", dart},
                                       name_rule{".swift", swift}};

inline constexpr std::array whole_names{
    name_rule{"sconstruct", python},   name_rule{"sconscript", python},   name_rule{"snakefile", python},
    name_rule{"wscript", python},      name_rule{"rakefile", ruby},       name_rule{"gemfile", ruby},
    name_rule{"vagrantfile", ruby},    name_rule{"capfile", ruby},        name_rule{"podfile", ruby},
    name_rule{"guardfile", ruby},      name_rule{"berksfile", ruby},      name_rule{"fastfile", ruby},
    name_rule{"brewfile", ruby},       name_rule{"jakefile", javascript}, name_rule{".bashrc", shell},
    name_rule{".bash_profile", shell}, name_rule{".bash_aliases", shell}, name_rule{".bash_logout", shell},
    name_rule{".profile", shell},      name_rule{".zshrc", shell},        name_rule{".zshenv", shell},
    name_rule{".zprofile", shell},     name_rule{"pkgbuild", shell},      name_rule{"apkbuild", shell},
    name_rule{"gradlew", shell},       name_rule{"mvnw", shell}};

}  // namespace detail

/// Does a file name have an extension at all ("x.txt" yes, "Makefile" and ".bashrc" no)?
constexpr bool has_extension(std::string_view path) {
  auto const name = path.substr(path.find_last_of('/') + 1);
  auto const dot = name.find_last_of('.');
  return dot != name.npos && dot != 0;
}

/// What the name says; nothing for a name that is on no list.
inline std::optional<name_rule> language_of_name(std::string_view path) {
  std::string name(path.substr(path.find_last_of('/') + 1));
  if (name.ends_with(".C") || name.ends_with(".H")) return name_rule{".C", config::language::cpp};
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = char(c | 32);
  for (auto const& rule : detail::whole_names)
    if (rule.name == name) return rule;
  if (!has_extension(name)) return {};
  auto const extension = std::string_view(name).substr(name.find_last_of('.'));
  for (auto const& rule : detail::extensions)
    if (rule.name == extension) return rule;
  return {};
}

}  // namespace snowcoder::corpus

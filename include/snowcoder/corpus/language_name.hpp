// SPDX-License-Identifier: Apache-2.0
// The language that a file's name promises: by the whole name or by extension. Some extensions are shared with other
// languages; for those the content decides (corpus/shared_extension.hpp). Facts of linguist's languages.yml, release 7.22.1
// (Copyright GitHub, Inc., MIT licence), written down anew, and a few names that came later (.cppm .txx .h.in .php7).
// Left out on purpose: .env and its kin, which hold settings and secrets, and extensions of templates such as .blade.php.
#pragma once

#include <snowcoder/corpus/text_lines.hpp>
#include <snowcoder/corpus/word_table.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace snowcoder::corpus {

/// What a name says. `extension` is the part that said it, as written; empty when the whole name did.
struct name_rule {
  std::string_view extension;
  config::language language;
  bool shared = false;  ///< other languages use the extension too
};

namespace detail {
using enum config::language;

/// The first extension of a language is its usual one.
inline constexpr std::array extension_lists{
    language_words{python, ".py .eb .gyp .gypi .lmi .py3 .pyde .pyi .pyp .pyt .pyw .smk .tac .wsgi .xpy .cgi .fcgi .rpy .spec"},
    language_words{java, ".java .jav"},
    language_words{cpp, ".cpp .c++ .cc .cp .cppm .cxx .h++ .hh .hpp .hxx .inl .ino .ipp .ixx .re .tcc .tpp .txx"},
    language_words{c, ".c .cats .h .h.in .idc .inc"},
    language_words{javascript,
                   ".js ._js .bones .cjs .es .es6 .frag .gs .jake .javascript .jsb .jscad .jsfl .jslib .jsm .jspre "
                   ".jss .jsx .mjs .njs .pac .sjs .ssjs .xsjs .xsjslib"},
    language_words{php, ".php .aw .ctp .php3 .php4 .php5 .php7 .phps .phpt"},
    language_words{csharp, ".cs .cake .csx .linq"},
    language_words{go, ".go"},
    language_words{typescript, ".ts .tsx .cts .mts"},
    language_words{sql,
                   ".sql .bdy .cql .db2 .ddl .fnc .mysql .pck .pgsql .pkb .pks .plb .pls .plsql .prc .spc .tab .tpb .tps "
                   ".trg .udf .viw .vw"},
    language_words{ruby,
                   ".rb .builder .eye .gemspec .god .jbuilder .mspec .pluginspec .podspec .prawn .rabl .rake .rbi .rbuild "
                   ".rbw .rbx .ru .ruby .thor .watchr"},
    language_words{rust, ".rs .rs.in"},
    language_words{jupyter_notebook, ".ipynb"},
    language_words{scala, ".scala .kojo .sbt .sc"},
    language_words{kotlin, ".kt .ktm .kts"},
    language_words{shell, ".sh .bash .bats .command .ebuild .eclass .ksh .sh.in .tmux .tool .zsh .zsh-theme"},
    language_words{dart, ".dart"},
    language_words{swift, ".swift"},
    language_words{other, ".antlers.php .blade.php .yml.mysql"}};

/// Extensions of ours that other languages use as well. ".c" is one of them as ".C", which compilers take for C++.
inline constexpr std::array shared_lists{
    language_words{other,
                   ".cake .cgi .cp .cs .es .fcgi .frag .gs .h .h.in .hh .inc .php .pluginspec .re .rpy .rs .sc .spec .tab "
                   ".ts .tsx"}};

inline constexpr std::array whole_name_lists{
    language_words{python, ".gclient DEPS SConscript SConstruct Snakefile wscript"},
    language_words{javascript, "Jakefile"},
    language_words{php, ".php .php_cs .php_cs.dist Phakefile"},
    language_words{ruby,
                   ".irbrc .pryrc .simplecov Appraisals Berksfile Brewfile Buildfile Capfile Dangerfile Deliverfile Fastfile "
                   "Gemfile Guardfile Jarfile Mavenfile Podfile Puppetfile Rakefile Snapfile Steepfile Thorfile Vagrantfile "
                   "buildfile rakefile"},
    language_words{jupyter_notebook, "Notebook"},
    language_words{shell,
                   ".bash_aliases .bash_history .bash_logout .bash_profile .bashrc .cshrc .kshrc .login .profile .zlogin "
                   ".zlogout .zprofile .zshenv .zshrc 9fs APKBUILD PKGBUILD bash_aliases bash_logout bash_profile bashrc "
                   "cshrc gradlew kshrc login man mvnw profile zlogin zlogout zprofile zshenv zshrc"},
    language_words{other, "INSTALL.mysql LICENSE.mysql Makefile.frag Makefile.inc README.mysql buildozer.spec"}};

inline constexpr auto extensions = sorted_words<count_words(extension_lists)>(extension_lists);
inline constexpr auto shared_extensions = sorted_words<count_words(shared_lists)>(shared_lists);
inline constexpr auto whole_names = sorted_words<count_words(whole_name_lists)>(whole_name_lists);
static_assert(words_differ(extensions) && words_differ(whole_names));

/// Data, documents and archives: no editor writes code under these names, and reading them would find nothing.
inline constexpr std::array data_lists{language_words{
    other,
    ".7z .a .bin .bmp .bz2 .class .css .csv .dll .doc .docx .eot .exe .gif .gz .htm .html .ico .jar .jpeg .jpg .json .less "
    ".lib .lock .log .map .md .mo .mp3 .mp4 .o .ogg .otf .pdf .pem .png .po .pot .rst .scss .so .svg .tar .tgz .tif .tiff "
    ".toml .ttf .wav .webp .woff .woff2 .xls .xlsx .xml .xz .yaml .yml .zip .zst"}};
inline constexpr auto data_extensions = sorted_words<count_words(data_lists)>(data_lists);

}  // namespace detail

/// What the name says; nothing for a name that is on no list. Of "a.sh.in" the longest known extension counts.
constexpr std::optional<name_rule> language_of_name(std::string_view path) {
  auto const name = detail::base_name(path);
  if (auto const whole = detail::find_word(detail::whole_names, name)) return name_rule{{}, *whole};
  detail::small_letters<256> const lower(name);
  auto const small = lower.view();
  for (auto dot = small.find('.'); dot != small.npos; dot = small.find('.', dot + 1))
    if (auto const found = detail::find_word(detail::extensions, small.substr(dot))) {
      auto const extension = name.substr(dot);
      bool const shared = detail::find_word(detail::shared_extensions, small.substr(dot)) || extension == ".C";
      return name_rule{extension, *found, shared};
    }
  return {};
}

/// The extension that files of a language usually have: ".py".
constexpr std::string_view usual_extension(config::language language) {
  for (auto const& list : detail::extension_lists)
    if (list.language == language) return list.words.substr(0, list.words.find(' '));
  return {};
}

/// Could a file of this name be in one of our languages? If not, its content need not be read.
constexpr bool may_be_source(std::string_view path) {
  if (language_of_name(path)) return true;
  auto const name = detail::base_name(path);
  auto const dot = name.find_last_of('.');
  if (dot == name.npos) return true;
  return !detail::find_word(detail::data_extensions, detail::small_letters<16>(name.substr(dot)).view());
}

static_assert(usual_extension(config::language::csharp) == ".cs" &&
              language_of_name("a/B.PY")->language == config::language::python);
static_assert(!language_of_name("x.lua") && may_be_source("x.lua") && !may_be_source("x.png"));

}  // namespace snowcoder::corpus

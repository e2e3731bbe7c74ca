// SPDX-License-Identifier: Apache-2.0
// Git repositories with a working tree and bare, honest and not. They are made here object by object, so that trees can say
// what git itself does not write.
#include "support/catch.hpp"
#include "support/collected.hpp"
#include "support/temporary_folder.hpp"

#ifdef SNOWCODER_GIT
#include <git2.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {

class maker {
 public:
  maker(fs::path const& path, bool bare) {
    git_libgit2_init();
    REQUIRE(git_repository_init(&repository_, path.c_str(), bare) == 0);
    REQUIRE(git_repository_odb(&odb_, repository_) == 0);
  }
  ~maker() {
    git_odb_free(odb_);
    git_repository_free(repository_);
    git_libgit2_shutdown();
  }
  git_oid object(std::string const& bytes, git_object_t type = GIT_OBJECT_BLOB) {
    git_oid id;
    REQUIRE(git_odb_write(&id, odb_, bytes.data(), bytes.size(), type) == 0);
    return id;
  }
  /// Rows of mode, name, object, written as they come.
  git_oid tree(std::vector<std::tuple<std::string, std::string, git_oid>> const& rows) {
    std::string bytes;
    for (auto const& [mode, name, id] : rows)
      (bytes += mode + " " + name).append(1, '\0').append(reinterpret_cast<char const*>(id.id), GIT_OID_RAWSZ);
    return object(bytes, GIT_OBJECT_TREE);
  }
  void commit(git_oid const& tree) {
    char hex[GIT_OID_HEXSZ + 1];
    auto const id = object("tree " + std::string(git_oid_tostr(hex, sizeof hex, &tree)) +
                               "\nauthor A <a@b> 1700000000 +0100\ncommitter A <a@b> 1700000000 +0100\n\nwords\n",
                           GIT_OBJECT_COMMIT);
    git_reference* made = nullptr;
    REQUIRE(git_reference_create(&made, repository_, "refs/heads/main", &id, 1, nullptr) == 0);
    git_reference_free(made);
    REQUIRE(git_repository_set_head(repository_, "refs/heads/main") == 0);
  }

 private:
  git_repository* repository_ = nullptr;
  git_odb* odb_ = nullptr;
};

void make_honest(fs::path const& path, bool bare) {
  maker m(path, bare);
  auto const src = m.tree({{"100644", "b.c", m.object("int b;\n")}});
  m.commit(m.tree({{"100644", "LICENSE", m.object("Mozilla Public License Version 2.0\n")},
                   {"100755", "a.py", m.object("a = 1\n")},
                   {"100644", "big.py", m.object(std::string(5000, 'x'))},
                   {"120000", "link.py", m.object("/etc/passwd")},
                   {"160000", "module", m.object("x")},
                   {"40000", "src", src}}));
}

}  // namespace

TEST_CASE("the files of HEAD, from a working tree or bare") {
  temporary_folder tmp;
  make_honest(tmp / "in" / "tree", false);
  make_honest(tmp / "in" / "owner" / "bare.git", true);
  put_file(tmp / "in" / "tree" / "untracked.py", "no\n");
  put_file(tmp / "in" / "tree" / ".git" / "hooks" / "post-checkout", "#!/bin/sh\ntouch " + (tmp / "ran").string() + "\n");
  put_file(tmp / "in" / "tree" / ".git" / "config",
           "[filter \"x\"]\nsmudge = touch " + (tmp / "ran").string() + "\nbroken [[[");
  auto const t = collect({tmp / "in"}, 2, {.file_bytes = 4000});
  CHECK(t.paths() == "owner/bare:LICENSE owner/bare:a.py owner/bare:src/b.c tree:LICENSE tree:a.py tree:src/b.c ");
  CHECK(t.reasons() == "too_large symbolic_link submodule too_large symbolic_link submodule ");
  CHECK(t.licences.at("tree") == "MPL-2.0");
  CHECK(t.files[0].created == "2023-11-14T22:13:20.000Z");
  CHECK(t.files[0].source == "git");
  CHECK_FALSE(fs::exists(tmp / "ran"));
  CHECK(collect({tmp / "in" / "tree"}).files.size() == 4);  // a repository alone; no limit this time
  CHECK(collect({tmp / "in" / "owner" / "bare.git"}).files[0].repository == "bare");
}

TEST_CASE("packed objects and references are found") {
  temporary_folder tmp;
  make_honest(tmp / "r", false);
  auto const run = "git -c safe.directory='*' -C '" + (tmp / "r").string() + "' gc -q 2>/dev/null";
  if (std::system(run.c_str()) != 0) {
    WARN("skipped: no git program to pack with");
    return;
  }
  CHECK_FALSE(fs::exists(tmp / "r" / ".git" / "refs" / "heads" / "main"));
  CHECK(collect({tmp / "r"}).files.size() == 4);
}

TEST_CASE("hostile trees") {
  temporary_folder tmp;
  {
    maker m(tmp / "paths.git", true);
    auto const blob = m.object("x = 1\n");
    m.commit(m.tree(
        {{"100644", "..", blob}, {"100644", "a\nb.py", blob}, {"100644", "ok.py", blob}, {"100644", "sub\\..\\x.py", blob}}));
  }
  auto const t = collect({tmp / "paths.git"});
  CHECK(t.paths() == "paths:ok.py ");
  CHECK(t.reasons() == "unsafe_path unsafe_path unsafe_path ");
  {  // every tree names the next ten times: 10^12 files in a kilobyte
    maker m(tmp / "bomb.git", true);
    auto level = m.tree({{"100644", "f.py", m.object("x = 1\n")}});
    for (int i = 0; i < 12; ++i) {
      std::vector<std::tuple<std::string, std::string, git_oid>> rows;
      for (char c = '0'; c <= '9'; ++c) rows.emplace_back("40000", std::string(1, c), level);
      level = m.tree(rows);
    }
    m.commit(level);
  }
  CHECK(collect({tmp / "bomb.git"}, 1, {.unit_files = 5000}).reasons() == "too_many_files ");
  {
    maker m(tmp / "deep.git", true);
    auto level = m.tree({{"100644", "f.py", m.object("x = 1\n")}});
    for (int i = 0; i < 3000; ++i) level = m.tree({{"40000", "d", level}});
    m.commit(level);
  }
  CHECK(collect({tmp / "deep.git"}).reasons() == "too_deep ");
}

TEST_CASE("a store that is damaged, empty or leads elsewhere") {
  temporary_folder tmp;
  make_honest(tmp / "whole.git", true);
  auto const copy = [&](std::string const& name) {
    fs::copy(tmp / "whole.git", tmp / name, fs::copy_options::recursive);
    return tmp / name;
  };
  auto const wrong = copy("wrong.git");  // every object has bytes changed: checksums tell
  for (auto const& e : fs::recursive_directory_iterator(wrong / "objects"))
    if (e.is_regular_file()) {
      fs::permissions(e.path(), fs::perms::owner_all);
      put_file(e.path(), "\x78\x9c garbage");
    }
  CHECK(collect({wrong}).reasons() == "broken_repository ");
  auto const lost = copy("lost.git");  // one blob is gone
  fs::remove_all(lost / "objects" / "4d");
  CHECK(collect({lost}).files.size() + collect({lost}).refused.size() == 6);
  auto const headless = copy("headless.git");
  for (auto const* head :
       {"", "ref: refs/heads/none\n", "ref: refs/../../HEAD\n", "ref: HEAD\n", "0123456789012345678901234567890123456789\n"}) {
    put_file(headless / "HEAD", head);
    CHECK(collect({headless}).reasons() == "broken_repository ");
  }
  auto const borrowed = copy("borrowed.git");  // objects of another store: by alternates, which are not followed, or a link
  fs::remove_all(borrowed / "objects");
  put_file(borrowed / "objects" / "info" / "alternates", (tmp / "whole.git" / "objects").string() + "\n");
  CHECK(collect({borrowed}).reasons() == "broken_repository ");
  fs::remove_all(borrowed / "objects");
  fs::create_directory_symlink(tmp / "whole.git" / "objects", borrowed / "objects");
  CHECK(collect({borrowed}).reasons() == "broken_repository ");
  put_file(tmp / "tree" / "a.py", "a = 1\n");  // a working tree keeps its files
  put_file(tmp / "tree" / ".git" / "HEAD", "ref: refs/heads/none\n");
  fs::create_directories(tmp / "tree" / ".git" / "objects");
  auto const t = collect({tmp / "tree"});
  CHECK(t.paths() == "tree:a.py ");
  CHECK(t.reasons() == "broken_repository version_control ");
}
#else
TEST_CASE("without libgit2 a bare repository is refused by name") {
  temporary_folder tmp;
  put_file(tmp / "r.git" / "HEAD", "ref: refs/heads/main\n");
  std::filesystem::create_directories(tmp / "r.git" / "objects");
  CHECK(collect({tmp / "r.git"}).reasons() == "no_git_support ");
}
#endif

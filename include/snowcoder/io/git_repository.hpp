// SPDX-License-Identifier: Apache-2.0
// The files of a git repository's HEAD, read out of its object store. Nothing that the repository configures is looked at: no
// configuration file, no hook, no filter, no attribute, no alternate store; of its references only HEAD and what it names. So
// a hostile repository can give wrong objects, which are refused by their checksums, and nothing else.
// libgit2 is optional (SNOWCODER_GIT) and named here and in git_loose_objects.hpp only.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/folder.hpp>
#include <snowcoder/io/git_loose_objects.hpp>
#include <snowcoder/io/git_pack.hpp>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#ifdef SNOWCODER_GIT
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#endif

namespace snowcoder::io {

/// Is this the folder in which git keeps a repository: .git of a working tree, or a bare one?
inline bool is_git_store(std::filesystem::path const& folder) {
  std::error_code e;
  namespace fs = std::filesystem;
  return fs::is_regular_file(fs::symlink_status(folder / "HEAD", e)) && fs::is_directory(folder / "objects", e);
}

enum class git_entry_kind : std::uint8_t { file, link, submodule };

#ifdef SNOWCODER_GIT
inline constexpr bool reads_git = true;

class git_repository {
 public:
  struct entry {
    std::string path;
    git_entry_kind kind = git_entry_kind::file;
    std::int64_t bytes = 0;
    std::function<expected<std::string>()> load;
  };
  struct bounds {
    std::int64_t entries = 10'000'000;  ///< files and folders: trees can name each other more often than disks can hold
    int depth = 64;
  };

  /// `store` as is_git_store() knows it.
  static expected<git_repository> open(std::filesystem::path const& store) {
    [[maybe_unused]] static bool const begun = [] {  // for the whole program; never taken back
      git_libgit2_init();
      git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, std::int64_t(32) << 20);
      git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, std::size_t(256) << 20);
      git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
      return true;
    }();
    git_repository r;
    r.path_ = store.string();
    SNOWCODER_CHECK(no_links(store / "objects"));
    SNOWCODER_TRY(auto const head, resolve(store, "HEAD", 0));
    auto const objects = (store / "objects").string();
    git_odb* odb = nullptr;
    if (git_odb_new(&odb) != 0) return failure(r.problem());
    r.odb_.reset(odb);
    // Back ends added by hand: git_odb_open would follow the store's alternates, and a multi-pack index that nobody checked.
    if (git_odb_add_backend(odb, new git_loose_objects(objects), 1) != 0) return failure(r.problem());
    SNOWCODER_TRY(auto const packs, pack_indices(store / "objects" / "pack"));
    for (auto const& index : packs) {
      SNOWCODER_TRY(auto pack, git_pack::open(index));
      r.packs_.push_back(std::move(pack));
      git_odb_backend* backend = nullptr;
      if (git_odb_backend_one_pack(&backend, index.c_str()) != 0 || git_odb_add_backend(odb, backend, 2) != 0)
        return failure(r.problem());
    }
    git_repository_handle* repository = nullptr;
    if (git_repository_wrap_odb(&repository, odb) != 0) return failure(r.problem());
    r.repository_.reset(repository);

    git_oid id;
    if (git_oid_fromstr(&id, head.c_str()) != 0) return failure(r.problem());
    SNOWCODER_CHECK(r.small_enough(id, 1 << 20));
    git_commit* commit = nullptr;
    if (git_commit_lookup(&commit, repository, &id) != 0) return failure(r.problem());
    std::unique_ptr<git_commit, void (*)(git_commit*)> const keep(commit, git_commit_free);
    r.tree_ = *git_commit_tree_id(commit);
    r.created_ = date(git_commit_time(commit));
    return r;
  }

  /// When HEAD was committed, "2024-05-01T12:00:00.000Z"; empty where the year has not four digits.
  std::string const& created() const { return created_; }

  /// Visits the files of HEAD in git's order. `refuse` takes folders that cannot be read, by path and reason.
  expected<void> for_each(
      bounds const& at_most, std::function<expected<void>(entry&&)> const& visit,
      std::function<expected<void>(std::string const& path, std::string reason, std::string detail)> const& refuse) const {
    std::int64_t left = at_most.entries;
    return walk(tree_, "", 0, left, at_most, visit, refuse);
  }

 private:
  using git_repository_handle = ::git_repository;
  struct release {
    void operator()(git_odb* o) const { git_odb_free(o); }
    void operator()(git_repository_handle* r) const { git_repository_free(r); }
    void operator()(git_tree* t) const { git_tree_free(t); }
    void operator()(git_odb_object* o) const { git_odb_object_free(o); }
  };
  git_repository() = default;

  error problem() const {
    auto const* e = git_error_last();
    return {e && e->message ? e->message : "git objects cannot be read", path_, "run git fsck there"};
  }
  /// A store whose parts lie elsewhere would be a way out of it.
  static expected<void> no_links(std::filesystem::path const& objects) {
    namespace fs = std::filesystem;
    std::error_code e;
    bool link = fs::is_symlink(fs::symlink_status(objects, e));
    for (fs::path const& folder : {objects, objects / "pack"})
      for (fs::directory_iterator it(folder, e), end; !e && !link && it != end; it.increment(e))
        link = fs::is_symlink(it->symlink_status(e));
    return link ? expected<void>(failure("a symbolic link among the objects of git", objects.string())) : expected<void>{};
  }
  static expected<std::vector<std::filesystem::path>> pack_indices(std::filesystem::path const& packs) {
    std::vector<std::filesystem::path> found;
    std::error_code e;
    if (!std::filesystem::exists(packs, e)) return found;
    SNOWCODER_TRY(auto const opened, folder::open(packs));
    SNOWCODER_TRY(auto const names, opened.names());
    for (auto const& name : names)
      if (name.ends_with(".idx") && opened.look_at(name).kind == folder_entry_kind::file) found.push_back(packs / name);
    return found;
  }
  static expected<std::string> first_line(std::filesystem::path const& path) {
    std::error_code e;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, e)))
      return failure("no such reference", path.string());
    std::ifstream file(path, std::ios::binary);
    std::string line(4096, '\0');
    file.read(line.data(), std::streamsize(line.size()));
    line.resize(std::size_t(file.gcount()));
    line.resize(std::min(line.find_first_of(std::string_view("\r\n\0", 3)), line.size()));
    return line;
  }
  static bool is_id(std::string_view text) {
    return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == text.npos;
  }
  /// The commit that a reference names, in hexadecimal digits.
  static expected<std::string> resolve(std::filesystem::path const& store, std::string const& name, int steps) {
    auto line = first_line(store / name);
    if (line && is_id(*line)) return *line;
    if (line && line->starts_with("ref: ")) {
      auto const next = line->substr(5);
      if (steps > 4 || !next.starts_with("refs/") || next.find("..") != next.npos)
        return failure("HEAD names no branch", store.string());
      return resolve(store, next, steps + 1);
    }
    if (line) return failure("a reference that is no commit of a SHA-1 repository", (store / name).string());
    std::error_code e;
    if (auto const packed = store / "packed-refs";
        std::filesystem::is_regular_file(std::filesystem::symlink_status(packed, e))) {
      std::ifstream file(packed, std::ios::binary);
      for (std::string row; std::getline(file, row);)
        if (row.size() == 41 + name.size() && row[40] == ' ' && row.ends_with(name) && is_id(row.substr(0, 40)))
          return row.substr(0, 40);
    }
    return failure("HEAD names no commit", store.string(), "commit something there, or check out a branch that has commits");
  }
  static std::string date(std::int64_t seconds) {
    std::tm t{};
    std::time_t const time = seconds;
    char text[40];
    if (!::gmtime_r(&time, &t) || t.tm_year < -900 || t.tm_year > 8099) return {};
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &t)};
  }
  /// The size is in an object's head, so that nothing large is inflated in order to be refused. Every object passes here before
  /// it is read.
  expected<std::int64_t> size_of(git_oid const& id) const {
    std::string_view const name(reinterpret_cast<char const*>(id.id), GIT_OID_RAWSZ);
    for (auto const& pack : packs_)
      if (!pack.ends(name))
        return failure("a git object whose deltas lead nowhere, or grow beyond 64 MiB", path_, "run git fsck there");
    std::size_t size = 0;
    git_object_t type;
    if (git_odb_read_header(&size, &type, odb_.get(), &id) != 0) return failure(problem());
    return std::int64_t(size);
  }
  expected<void> small_enough(git_oid const& id, std::int64_t limit) const {
    SNOWCODER_TRY(auto const size, size_of(id));
    return size > limit ? expected<void>(failure("a git object of " + std::to_string(size) + " bytes", path_))
                        : expected<void>{};
  }
  expected<std::string> load(git_oid const& id) const {
    git_odb_object* object = nullptr;
    if (git_odb_read(&object, odb_.get(), &id) != 0) return failure(problem());
    std::unique_ptr<git_odb_object, release> const keep(object);
    if (git_odb_object_type(object) != GIT_OBJECT_BLOB) return failure("a file that is no blob", path_);
    return std::string(static_cast<char const*>(git_odb_object_data(object)), git_odb_object_size(object));
  }

  expected<void> walk(git_oid const& id, std::string const& prefix, int depth, std::int64_t& left, bounds const& at_most,
                      auto const& visit, auto const& refuse) const {
    if (depth > at_most.depth) return refuse(prefix, "too_deep", "");
    if (auto const small = small_enough(id, std::int64_t(64) << 20); !small)
      return refuse(prefix, "unreadable", small.error().what);
    git_tree* handle = nullptr;
    if (git_tree_lookup(&handle, repository_.get(), &id) != 0) return refuse(prefix, "unreadable", problem().what);
    std::unique_ptr<git_tree, release> const tree(handle);
    for (std::size_t i = 0; i < git_tree_entrycount(handle) && left >= 0; ++i) {
      auto const* e = git_tree_entry_byindex(handle, i);
      auto const path = prefix + (prefix.empty() ? "" : "/") + git_tree_entry_name(e);
      auto const& object = *git_tree_entry_id(e);
      if (--left < 0)
        return refuse(path, "too_many_files", "over " + std::to_string(at_most.entries) + "; the rest is left out");
      switch (git_tree_entry_filemode(e)) {
        case GIT_FILEMODE_TREE:
          SNOWCODER_CHECK(walk(object, path, depth + 1, left, at_most, visit, refuse));
          break;
        case GIT_FILEMODE_LINK:
          SNOWCODER_CHECK(visit({path, git_entry_kind::link, 0, {}}));
          break;
        case GIT_FILEMODE_COMMIT:
          SNOWCODER_CHECK(visit({path, git_entry_kind::submodule, 0, {}}));
          break;
        default: {
          auto const size = size_of(object);
          if (!size)
            SNOWCODER_CHECK(refuse(path, "unreadable", size.error().what));
          else
            SNOWCODER_CHECK(visit({path, git_entry_kind::file, *size, [this, object] { return load(object); }}));
        }
      }
    }
    return {};
  }

  std::string path_, created_;
  git_oid tree_{};
  std::vector<git_pack> packs_;
  std::unique_ptr<git_odb, release> odb_;
  std::unique_ptr<git_repository_handle, release> repository_;  // last: it uses the store
};
#else
inline constexpr bool reads_git = false;
#endif

}  // namespace snowcoder::io

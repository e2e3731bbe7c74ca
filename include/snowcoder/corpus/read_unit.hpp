// SPDX-License-Identifier: Apache-2.0
// Streams the files of a unit: a folder, an archive, a loose file, or rows. One file is in memory at a time. What cannot be
// taken is reported with its reason; reading goes on with the next file, or, where an archive or a compressed file is
// damaged, with the next unit.
#pragma once

#include <snowcoder/corpus/admit.hpp>
#include <snowcoder/corpus/language.hpp>
#include <snowcoder/corpus/licence.hpp>
#include <snowcoder/corpus/unit.hpp>
#include <snowcoder/io/source_row.hpp>

#include <cstdio>
#include <functional>
#include <memory>

namespace snowcoder::corpus {

/// Where the files of a unit go. Either function may end the reading with an error.
struct receiver {
  std::function<expected<void>(source_file&&)> take;
  std::function<expected<void>(ingest_refusal&&)> refuse;
  std::function<void(std::string const& repository, std::string licence)> licence;
};

namespace detail {

/// 0 when it cannot be told.
inline std::int64_t stated_size(std::filesystem::path const& path) {
  std::error_code e;
  auto const size = std::filesystem::file_size(path, e);
  return e ? 0 : std::int64_t(size);
}

/// The first `limit` + 1 bytes of a file, whose size was just read (it may have grown since).
inline expected<std::string> read_at_most(std::filesystem::path const& path, std::int64_t stated, std::int64_t limit) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) return failure(system_error(path.string()));
  std::string text(std::size_t(std::min(stated, limit)) + 1, '\0');
  for (std::size_t filled = 0;;) {
    filled += std::fread(text.data() + filled, 1, text.size() - filled, file.get());
    if (std::ferror(file.get())) return failure(system_error(path.string()));
    if (filled < text.size() || std::int64_t(filled) > limit) {
      text.resize(filled);
      return text;
    }
    text.resize(std::min(text.size() * 2, std::size_t(limit) + 1));
  }
}

/// Gives one file on, or says why not. `load` reads its content.
template <class Load>
expected<void> offer(std::string const& repository, std::string const& raw_path, std::string_view source,
                     std::int64_t stated_bytes, limits const& at_most, receiver const& to, Load&& load) {
  auto const path = safe_path(raw_path);
  ingest_refusal r{repository, path.value_or(raw_path), {}, {}, stated_bytes, false};
  if (!path) {
    r.reason = "unsafe_path";
    r.broken = true;
    return to.refuse(std::move(r));
  }
  bool const licence = is_licence_file(*path);
  if (!may_be_source(*path) && !licence) {
    r.reason = "language";
    return to.refuse(std::move(r));
  }
  if (stated_bytes > at_most.file_bytes) {
    r.reason = "too_large";
    r.detail = std::to_string(stated_bytes) + " bytes, limit " + std::to_string(at_most.file_bytes);
    return to.refuse(std::move(r));
  }
  expected<std::string> text = load();
  if (!text) {
    r.reason = "unreadable";
    r.detail = text.error().message();
    r.broken = true;
    return to.refuse(std::move(r));
  }
  if (licence)
    if (auto name = licence_of(*text); !name.empty()) to.licence(repository, std::move(name));
  source_file f{repository, *path, std::string(source), std::move(*text), {}, {}, {}, {}, {}};
  return to.take(std::move(f));
}

inline expected<void> read_folder(std::filesystem::path const& folder, std::string const& prefix, std::string const& repository,
                                  int depth, limits const& at_most, receiver const& to) {
  namespace fs = std::filesystem;
  auto const refuse = [&](std::string path, std::string reason, std::string detail = {}, bool broken = false) {
    return to.refuse({repository, std::move(path), std::move(reason), std::move(detail), 0, broken});
  };
  if (depth > at_most.folder_depth) return refuse(prefix, "too_deep");
  std::vector<fs::path> entries;
  std::error_code e;
  for (fs::directory_iterator it(folder, e), end; !e && it != end; it.increment(e)) entries.push_back(it->path());
  if (e) return refuse(prefix.empty() ? "." : prefix, "unreadable", e.message(), true);
  std::sort(entries.begin(), entries.end());
  for (auto const& entry : entries) {
    auto const name = entry.filename().string();
    auto const path = prefix.empty() ? name : prefix + "/" + name;
    auto const status = fs::symlink_status(entry, e);
    if (fs::is_symlink(status)) {
      SNOWCODER_CHECK(refuse(path, "symbolic_link"));
    } else if (fs::is_directory(status)) {
      SNOWCODER_CHECK(is_version_control(name) ? refuse(path, "version_control")
                                               : read_folder(entry, path, repository, depth + 1, at_most, to));
    } else if (!fs::is_regular_file(status)) {
      SNOWCODER_CHECK(refuse(path, "not_a_file"));
    } else {
      auto const size = stated_size(entry);
      SNOWCODER_CHECK(
          offer(repository, path, "folder", size, at_most, to, [&] { return read_at_most(entry, size, at_most.file_bytes); }));
    }
  }
  return {};
}

inline expected<void> read_archive(unit const& u, limits const& at_most, receiver const& to) {
  auto const broken = [&](error const& e) {
    return to.refuse({u.repository, u.path.filename().string(), "broken_archive", e.message(), 0, true});
  };
  auto archive = io::archive_reader::open(u.path);
  if (!archive) return broken(archive.error());
  for (;;) {
    auto const more = archive->next();
    if (!more) return broken(more.error());
    if (!*more) return {};
    auto name = archive->name();
    if (archive->kind() == io::entry_kind::folder) continue;
    auto const path = safe_path(name).value_or(name);
    if (in_version_control(path)) continue;
    if (archive->kind() != io::entry_kind::file) {
      SNOWCODER_CHECK(to.refuse(
          {u.repository, path, archive->kind() == io::entry_kind::link ? "symbolic_link" : "not_a_file", {}, 0, false}));
      continue;
    }
    SNOWCODER_CHECK(offer(u.repository, name, "archive", archive->stated_size(), at_most, to,
                          [&] { return archive->read(at_most.file_bytes); }));
  }
}

inline expected<void> read_rows(unit const& u, limits const& at_most, receiver const& to) {
  auto const broken = [&](std::string const& place, std::string reason, std::string detail) {
    return to.refuse({u.repository, place, std::move(reason), std::move(detail), 0, true});
  };
  auto const file = u.path.filename().string();
  auto lines = io::line_reader::open(u.path, std::size_t(std::max<std::int64_t>(at_most.file_bytes * 8, 1 << 26)));
  if (!lines) return broken(file, "unreadable", lines.error().message());
  io::source_row_parser parser;
  std::string_view line;
  for (std::int64_t number = 1;; ++number) {
    auto const place = file + ":" + std::to_string(number);
    auto const more = lines->next(line);
    if (!more) return broken(place, "broken_file", more.error().message());
    if (!*more) return {};
    if (trimmed(line).empty()) continue;
    auto row = parser.parse(line, place);
    if (!row) {
      SNOWCODER_CHECK(broken(place, "broken_row", row.error().what));
      continue;
    }
    auto& d = row->content;
    auto const path = safe_path(d.path.empty() ? file.substr(0, file.find(".jsonl")) + "/" + std::to_string(number) : d.path);
    auto const repository = d.repository.empty() ? u.repository : d.repository;
    if (!path || !is_utf8(repository)) {
      SNOWCODER_CHECK(to.refuse({repository, d.path, "unsafe_path", place, std::int64_t(d.text.size()), true}));
      continue;
    }
    bool const own_id = d.id.size() == 32 && d.id.find_first_not_of("0123456789abcdef") == d.id.npos;
    source_file f{repository, *path,     "jsonl", std::move(d.text), own_id ? d.id : std::string(), row->language,
                  d.licence,  d.created, d.stars};
    SNOWCODER_CHECK(to.take(std::move(f)));
  }
}

}  // namespace detail

inline expected<void> read_unit(unit const& u, limits const& at_most, receiver const& to) {
  namespace fs = std::filesystem;
  switch (u.kind) {
    case unit_kind::folder:
      return detail::read_folder(u.path, "", u.repository, 0, at_most, to);
    case unit_kind::archive:
      return detail::read_archive(u, at_most, to);
    case unit_kind::rows:
      return detail::read_rows(u, at_most, to);
    case unit_kind::loose_file:
      break;
  }
  std::error_code e;
  auto const name = u.path.filename().string();
  auto const status = fs::symlink_status(u.path, e);
  if (!fs::is_regular_file(status)) {
    auto const* reason = fs::is_symlink(status) ? "symbolic_link" : is_version_control(name) ? "version_control" : "not_a_file";
    return to.refuse({u.repository, name, reason, {}, 0, false});
  }
  auto const size = detail::stated_size(u.path);
  return detail::offer(u.repository, name, "folder", size, at_most, to,
                       [&] { return detail::read_at_most(u.path, size, at_most.file_bytes); });
}

}  // namespace snowcoder::corpus

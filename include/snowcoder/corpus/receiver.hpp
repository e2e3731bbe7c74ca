// SPDX-License-Identifier: Apache-2.0
// Where the files of a unit go, and the questions that every file is asked before it is loaded, wherever it lies.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/corpus/admit.hpp>
#include <snowcoder/corpus/language.hpp>
#include <snowcoder/corpus/licence.hpp>
#include <snowcoder/corpus/source_file.hpp>
#include <snowcoder/io/archive.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::corpus {

/// Any of its functions that returns something may end the reading with an error.
struct receiver {
  std::function<expected<void>(source_file&&)> take;
  std::function<expected<void>(ingest_refusal&&)> refuse;
  std::function<void(std::string const& repository, std::string licence)> licence;
};

namespace detail {

/// Gives one file on, or says why not. `load` reads its content.
template <class Load>
expected<void> offer(std::string const& repository, std::string const& raw_path, std::string_view source,
                     std::int64_t stated_bytes, std::string const& created, limits const& at_most, receiver const& to,
                     Load&& load) {
  auto const path = safe_path(raw_path);
  ingest_refusal r{repository, path.value_or(raw_path), {}, {}, stated_bytes, false};
  if (!path) {
    r.reason = "unsafe_path";
    r.broken = true;
    return to.refuse(std::move(r));
  }
  bool const licence = is_licence_file(*path);
  if (!may_be_source(*path) && !licence) {
    r.reason = io::is_archive_name(*path) ? "nested_archive" : "language";
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
  auto own_licence = spdx_tag(*text);
  source_file f{repository, *path, std::string(source), std::move(*text), {}, {}, std::move(own_licence), created, {}};
  return to.take(std::move(f));
}

}  // namespace detail
}  // namespace snowcoder::corpus

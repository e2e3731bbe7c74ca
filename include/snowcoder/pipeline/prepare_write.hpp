// SPDX-License-Identifier: Apache-2.0
// Last pass of prepare: what is left is grouped, a share of it held out, and written.
#pragma once

#include <snowcoder/core/philox.hpp>
#include <snowcoder/filter/signals.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/external_sort.hpp>
#include <snowcoder/io/shard_writer.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The numbers of repositories, by name.
inline std::vector<std::uint32_t> repositories_by_name(prepare_state const& state) {
  std::vector<std::uint32_t> order(state.repositories.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return state.repositories[a] < state.repositories[b]; });
  return order;
}

/// Calls visit(number, record) for every one of `numbers`, which are in order; visit returns expected<void>.
template <class Visit>
expected<void> for_each_record_of(std::span<std::uint32_t const> numbers, spill const& documents, Visit&& visit) {
  return documents.for_each_record([&](std::uint32_t number, spilled const& r) -> expected<void> {
    if (numbers.empty() || numbers.front() != number) return {};
    numbers = numbers.subspan(1);
    return visit(number, r);
  });
}

/// `kept`, which is in the order of the records, in the order in which documents are written: language in the recipe's order,
/// then repository, path and id by name. Repositories are put in order on disk where they do not fit in `memory`, documents of
/// one where they are.
inline expected<number_file> grouped(prepare_state const& state, std::span<std::uint32_t const> kept, std::int64_t memory) {
  struct row {
    std::uint32_t language, repository, number;  // the repository's place by name
    auto operator<=>(row const&) const = default;
    bool same_group(row const& other) const { return language == other.language && repository == other.repository; }
  };
  auto const& d = state.documents;
  io::external_sort<row> sorted(state.work.folder(), memory);
  {
    auto const by_name = repositories_by_name(state);
    std::vector<std::uint32_t> place(by_name.size());
    for (std::uint32_t i = 0; i < by_name.size(); ++i) place[by_name[i]] = i;
    SNOWCODER_CHECK(for_each_record_of(kept, d, [&](std::uint32_t number, spilled const& r) {
      return sorted.add({std::uint32_t(r.language), place[r.repository], number});
    }));
  }
  SNOWCODER_TRY(auto order, state.work.zeros(kept.size()));
  std::size_t size = 0, begin = 0;  // of the group that is read: from begin to size
  row last{};
  auto const sort_group = [&] {
    auto const group = order.all().subspan(begin, size - begin);
    if (group.size() > 1) {
      d.expect_names(group.first(std::min<std::size_t>(group.size(), 1 << 16)));
      std::sort(group.begin(), group.end(), [&](auto a, auto b) {
        auto const p = d.path(a), q = d.path(b);
        auto const &x = d.record(a).id, &y = d.record(b).id;
        return p != q ? p < q : x != y ? x < y : a < b;
      });
    }
    begin = size;
  };
  SNOWCODER_CHECK(sorted.for_each([&](row const& r) -> expected<void> {
    if (!r.same_group(last)) sort_group();
    last = r;
    order[size++] = r.number;
    return {};
  }));
  sort_group();
  return order;
}

/// Takes `share` of every language's documents (one at least where there are ten) out of `kept`, chosen by draws on their
/// ids, and returns them; both are in the order of the records.
inline expected<number_file> hold_out(double share, std::uint64_t seed, prepare_state const& state, number_file& kept,
                                      std::int64_t memory) {
  if (share <= 0) return number_file();
  struct row {
    config::language language;
    std::uint32_t number;
    std::uint64_t drawn;
    bool operator<(row const& other) const {
      return std::tie(language, drawn, number) < std::tie(other.language, other.drawn, other.number);
    }
  };
  draws const source("held out", seed);
  io::external_sort<row> by_draw(state.work.folder(), memory / 2);
  std::map<config::language, std::size_t> left;  // to be chosen: first how many there are, then how many are wanted of them
  SNOWCODER_CHECK(for_each_record_of(kept.all(), state.documents, [&](std::uint32_t number, spilled const& r) {
    ++left[r.language];
    return by_draw.add({r.language, number, source(r.id.high, r.id.low)});
  }));
  for (auto& [language, n] : left) n = std::min(n, std::max(std::size_t(share * double(n) + 0.5), std::size_t(n >= 10)));
  io::external_sort<std::uint32_t> chosen(state.work.folder(), memory / 2);
  std::size_t count = 0;
  SNOWCODER_CHECK(by_draw.for_each([&](row const& r) -> expected<void> {
    if (left[r.language] == 0) return {};
    --left[r.language];
    ++count;
    return chosen.add(r.number);
  }));
  SNOWCODER_TRY(auto held, state.work.zeros(count));
  count = 0;
  SNOWCODER_CHECK(chosen.for_each([&](std::uint32_t number) -> expected<void> {
    held[count++] = number;
    return {};
  }));
  auto const numbers = kept.all();
  kept.cut(
      std::size_t(std::set_difference(numbers.begin(), numbers.end(), held.all().begin(), held.all().end(), numbers.begin()) -
                  numbers.begin()));
  return held;
}

/// Documents and their signals, in order, shard by shard, from the first shard on that an interrupted run has not finished.
/// `held`: they are the held-out ones.
template <config::recipe R>
expected<void> write_documents(prepare_state& state, std::span<std::uint32_t const> kept, bool held, thread_pool& pool,
                               progress& bar) {
  using filters = typename R::filters;
  std::string const stage = held ? "held_out" : "documents";
  auto const made = std::filesystem::path("made") / (held ? "held_out" : ""), folder = state.work.folder() / made;
  // One thread compresses 200 MB a second: without helpers all others would wait for it.
  io::shard_writer documents(folder / "documents", std::size_t(256) << 20, std::clamp(pool.threads(), 1, 4));
  std::size_t written = 0;
  if (auto const* done = state.work.done(stage)) {
    written = done->at("documents");
    documents.go_on_behind(done->at("group"), done->at("shards"));
  }
  bar.begin("write", "files", std::int64_t(kept.size()));
  bar.advance(std::int64_t(written));
  std::optional<io::text_writer> signals;
  struct {
    std::string name, group;
    int number = 0;
  } shard;
  // Both files of the shard are safe, and with it all documents before number `end`.
  auto const finish_shard = [&](std::size_t end) -> expected<void> {
    if (!signals) return {};
    SNOWCODER_CHECK(signals->commit());
    signals.reset();
    return state.work.commit(
        stage, {(made / "documents" / shard.name).string(), (made / "attributes" / "signals" / shard.name).string()},
        {{"documents", end}, {"group", shard.group}, {"shards", shard.number}});
  };
  struct rows {
    std::string document, signals;
  };
  std::vector<rows> batch(std::min<std::size_t>(kept.size(), 512));
  auto const left = kept.subspan(written);
  SNOWCODER_CHECK(state.documents.in_batches(left, batch.size(), [&](std::size_t begin, std::size_t size) -> expected<void> {
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      auto const number = left[begin + std::size_t(i)];
      auto const& r = state.documents.record(number);
      auto const [path, source, created, licence] = state.documents.names(number);
      auto const text = state.documents.text(number);
      document d{r.id.hex(),
                 std::string(text),
                 std::string(source),
                 state.repositories[r.repository],
                 std::string(path),
                 r.language,
                 std::string(licence.empty() ? std::string_view(state.licences[r.repository]) : licence),
                 {},
                 std::string(created)};
      if (r.stars >= 0) d.stars = r.stars;
      if (r.forks >= 0) d.forks = r.forks;
      auto const measured = filters::measure(text, config::title(r.language), path);
      attributes a{d.id, std::int64_t(measured.characters), filter::signals<filters::needs>(measured)};
      a.values.emplace_back("emails", r.emails);
      a.values.emplace_back("addresses", r.addresses);
      a.values.emplace_back("secrets", r.secrets);
      batch[std::size_t(i)] = {io::document_line(d), io::attribute_line(a)};
    });
    for (std::size_t i = 0; i < size; ++i) {
      auto const group = name_of(state.documents.record(left[begin + i]).language);
      SNOWCODER_CHECK(documents.write(group, batch[i].document));
      if (documents.name() != shard.name) {
        SNOWCODER_CHECK(finish_shard(written + begin + i));
        shard = {documents.name(), std::string(group), documents.shards()};
        SNOWCODER_TRY(signals, io::text_writer::open(folder / "attributes" / "signals" / shard.name));
      }
      SNOWCODER_CHECK(signals->write_line(batch[i].signals));
    }
    bar.advance(std::int64_t(size));
    return {};
  }));
  SNOWCODER_CHECK(documents.close());
  SNOWCODER_CHECK(finish_shard(kept.size()));
  for (auto const number : kept) {
    auto const& r = state.documents.record(number);
    if (held)
      state.counts.dropped(r.language, "held_out", "held_out", r.repository, r.source_bytes);
    else
      state.counts.kept(r.language, r.repository, r.source_bytes);
  }
  return {};
}

/// A row per repository, by name.
inline expected<void> write_completeness(prepare_state const& state, std::filesystem::path const& path) {
  SNOWCODER_TRY(auto rows, io::text_writer::open(path));
  for (auto i : repositories_by_name(state))
    SNOWCODER_CHECK(rows.write_line(completeness_line(state.repositories[i], state.counts.of_repository(i))));
  return rows.commit();
}

}  // namespace snowcoder::pipeline::detail

// SPDX-License-Identifier: Apache-2.0
// prepare with its near duplicates found on the GPU, or on the emulated one: the same clusters as dedup/near.hpp, whatever
// the size of a batch, and the same bytes in every file.
#include "support/cleaning_recipe.hpp"
#include "support/on_gpu.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/dedup/near.hpp>
#include <snowcoder/pipeline/gpu_clusters.hpp>
#include <snowcoder/pipeline/prepare.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace snowcoder;
using tests::cleaning;
namespace fs = std::filesystem;

namespace {

struct one_row {  // documents that have little in common meet in many buckets
  static constexpr config::near_duplicate near_duplicates{.shingle = 2, .bands = 12, .rows = 1, .similarity = 0.6};
};
/// Most buckets are longer than that.
template <int Reach>
struct reaching {
  static constexpr config::near_duplicate near_duplicates{
      .shingle = 2, .bands = 12, .rows = 1, .similarity = 0.6, .reach = Reach};
};
struct of_characters {
  static constexpr config::near_duplicate near_duplicates{
      .unit = config::shingle_unit::characters, .bands = 6, .rows = 3, .similarity = 0.75};
};

/// Families of texts: members differ from their family by more and more words, so that some are alike to a neighbour only.
std::vector<std::string> families(int count, int members) {
  draws const source("families", 9);
  std::vector<std::string> texts;
  for (int family = 0; family < count; ++family)
    for (int member = 0; member < members; ++member) {
      std::string text;
      for (int word = 0; word < 30 + family; ++word) {
        auto const changed = word < member * 2;
        text += "word" + std::to_string(source.below(changed ? 1000 : 60, std::uint64_t(family), std::uint64_t(word))) +
                (word % 7 == 6 ? "\n" : " ");
      }
      texts.push_back(text);
    }
  std::vector<std::string> mixed;
  for (std::size_t i = 0; i < texts.size(); ++i) mixed.push_back(texts[i * 37 % texts.size()]);
  mixed.push_back("");
  mixed.push_back("too short");
  return mixed;
}

template <class R>
void same_clusters(std::vector<std::string> const& texts, std::int64_t batch_bytes) {
  constexpr auto settings = config::near_duplicate(R::near_duplicates);
  using hasher = dedup::minhash<R>;
  auto const count = std::uint32_t(texts.size());
  std::vector<typename hasher::band_keys> keys(count);
  std::vector<std::uint32_t> items;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::int64_t units = 0;
    keys[i] = hasher::keys(texts[i], units);
    if (units > 0 && units >= settings.minimum_words) items.push_back(i);
  }
  thread_pool pool(2);
  auto const expected_report = dedup::near_duplicates<R>(
      count, items, [&](auto i, int band) { return keys[i][std::size_t(band)]; },
      [&](auto i) { return dedup::shingles(texts[i], settings); }, pool);

  cuda::device gpu;
  std::vector<dedup::band_entry> entries;
  auto const text_of = [&](std::int64_t i) { return std::string_view(texts[std::size_t(i)]); };
  pipeline::gpu_signatures<R> signer(gpu, batch_bytes);
  std::int64_t next = 0;
  REQUIRE(signer.sign(count, text_of, pool, [&](std::int64_t i, std::uint64_t const* k, std::int64_t units) -> expected<void> {
    CHECK(i == next++);
    CHECK(std::equal(k, k + settings.bands, keys[std::size_t(i)].begin()));
    if (units > 0 && units >= settings.minimum_words)
      for (int band = 0; band < settings.bands; ++band) entries.push_back(dedup::band_entry::of(k[band], std::uint32_t(i)));
    return {};
  }));
  CHECK(next == count);
  // In two parts, keys apart, the last documents first.
  std::reverse(entries.begin(), entries.end());
  auto const middle = std::partition(entries.begin(), entries.end(), [](auto const& e) { return e.key() >> 63 == 0; });
  pipeline::gpu_clusters<R> clusters(gpu, count, batch_bytes, 64);
  REQUIRE(clusters.join(std::span(entries.begin(), middle), text_of, pool));
  REQUIRE(clusters.join(std::span(middle, entries.end()), text_of, pool));
  std::vector<std::uint32_t> keepers(count);
  clusters.keepers(keepers);
  CHECK(keepers == expected_report.keeper);
  std::size_t copies = 0;
  for (std::uint32_t i = 0; i < count; ++i) copies += expected_report.keeper[i] != i;
  CHECK(copies > 10);
  CHECK(copies + 10 < texts.size());
}

std::map<std::string, std::string> contents(fs::path const& folder) {
  std::map<std::string, std::string> all;
  for (auto const& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != "provenance.json") {
      std::ifstream f(entry.path(), std::ios::binary);
      all[fs::relative(entry.path(), folder)] = {std::istreambuf_iterator<char>(f), {}};
    }
  return all;
}

}  // namespace

TEST_CASE("gpu: clusters of near duplicates are the CPU's", "[gpu]") {
  if (!tests::gpu_at_hand()) return;
  auto const texts = families(12, 6);
  same_clusters<cleaning>(texts, 1 << 20);
  same_clusters<cleaning>(texts, 1);  // one text, or two, at a time
  same_clusters<one_row>(texts, 4096);
  same_clusters<reaching<1>>(texts, 4096);
  same_clusters<reaching<2>>(texts, 4096);
  same_clusters<reaching<5>>(texts, 4096);
  same_clusters<of_characters>(texts, 1 << 20);
}

TEST_CASE("gpu: prepare writes the same bytes", "[gpu]") {
  if (!tests::gpu_at_hand()) return;
  temporary_folder tmp;
  auto const texts = families(5, 6);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto const path = tmp / "in" / ("repository" + std::to_string(i % 7)) / ("file" + std::to_string(i) + ".py");
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "def f():\n    pass\n" << texts[i];
  }
  thread_pool pool(2);
  progress quiet;
  std::map<std::string, std::string> made[2];
  for (int i = 0; i < 2; ++i) {
    pipeline::prepare_options o;
    o.in = {tmp / "in"};
    o.out = tmp / (i == 0 ? "cpu" : "cuda");
    o.device = i == 0 ? "cpu" : "cuda";
    o.memory = std::int64_t(64) << 20;
    auto const report = pipeline::prepare<cleaning>(o, pool, quiet);
    REQUIRE(report);
    made[i] = contents(o.out);
  }
  CHECK(made[0] == made[1]);
  CHECK(made[0].at("rejects.jsonl").find("near_duplicate") != std::string::npos);
}

TEST_CASE("gpu: prepare says that there is none", "[gpu]") {
  if (cuda::device_count() > 0) return;
  thread_pool pool(1);
  progress quiet;
  pipeline::prepare_options o;
  o.device = "cuda";
  auto const report = pipeline::prepare<cleaning>(o, pool, quiet);
  REQUIRE(!report);
  CHECK(report.error().message().find("--device cuda") != std::string::npos);
}

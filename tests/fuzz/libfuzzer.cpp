// SPDX-License-Identifier: Apache-2.0
// The targets of one file under libFuzzer. Of several the environment variable SNOWCODER_FUZZ_TARGET names one; otherwise it is
// the first. Its seeds join the corpus folders of the command line. One input in 64 is a short text over and over, as long as
// -max_len allows: what takes the square of its length shows (-max_len=65536 -timeout=5).
#include "target.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most);

namespace {

using namespace snowcoder::fuzz;

target const& chosen() {
  static target const& t = []() -> target const& {
    auto const* name = std::getenv("SNOWCODER_FUZZ_TARGET");
    for (auto const& each : targets())
      if (!name || each.name == name) return each;
    std::string all;
    for (auto const& each : targets()) all += " " + each.name;
    throw std::invalid_argument("SNOWCODER_FUZZ_TARGET is none of" + all);
  }();
  return t;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  static std::vector<std::string> words(*argv, *argv + *argc);
  auto const is_file = [](std::string const& word) { return std::filesystem::is_regular_file(word); };
  if (std::none_of(words.begin() + 1, words.end(), is_file)) {  // else it is asked to run just those files
    std::filesystem::path folder;
    auto const seeds = chosen().seeds();
    for (std::size_t i = 0; i < seeds.size(); ++i) folder = on_disk(seeds[i], "seeds/" + std::to_string(i)).parent_path();
    if (!folder.empty()) words.push_back(folder.string());
  }
  static std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  *argc = int(words.size());
  *argv = pointers.data();
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t most, unsigned seed) {
  if (seed % 64 || size == 0) return LLVMFuzzerMutate(bytes, size, most);
  std::size_t const at = seed / 64 % size, length = std::min<std::size_t>(1 + seed / 4096 % 16, size - at);
  std::string const piece(reinterpret_cast<char const*>(bytes) + at, length);
  std::size_t end = std::min(at, most);
  while (end + length <= most) {
    std::memcpy(bytes + end, piece.data(), length);
    end += length;
  }
  return end;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
  chosen().check({reinterpret_cast<char const*>(bytes), size});
  return 0;
}

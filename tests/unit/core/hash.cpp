// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/core/hash.hpp>

#include <string>

using snowcoder::hash;

TEST_CASE("the hash gives MurmurHash3's published answers, at compile time and at run time") {
  // From the reference implementation's own test of x64_128 with seed 0.
  std::string const fox = "The quick brown fox jumps over the lazy dog";
  constexpr auto compiled = hash("The quick brown fox jumps over the lazy dog");
  CHECK(hash(fox).hex() == "e34bbc7bbc071b6c7a433ca9c49a9347");
  CHECK(hash(fox) == compiled);
}

TEST_CASE("every length up to three blocks hashes differently from its prefix") {
  std::string text;
  auto previous = hash(text);
  for (int i = 0; i < 48; ++i) {
    text += char('a' + i % 7);
    auto const h = hash(text);
    CHECK(h != previous);
    CHECK(hash(text, 1) != h);
    previous = h;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Every target on its seeds and a fixed number of damaged ones, in a few seconds: what libFuzzer is given cannot rot.
#include <snowcoder/io/json.hpp>

#include "support/damaged.hpp"
#include "target.hpp"

#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

int main() {
  using namespace snowcoder;
  int broken = 0;
  for (auto const& target : fuzz::targets()) {
    auto const run = [&](std::string const& input, std::string const& which) {
      std::vector<char> const alone(input.begin(), input.end());  // no byte behind it
      try {
        target.check({alone.data(), alone.size()});
      } catch (std::exception const& e) {
        ++broken;
        std::cerr << target.name << ", " << which << ": " << e.what() << "\n" << io::to_line(io::json(input)) << "\n";
      }
    };
    auto const seeds = target.seeds();
    run("", "no bytes");
    for (std::size_t i = 0; i < seeds.size(); ++i) run(seeds[i], "seed " + std::to_string(i));
    draws const draw("fuzz " + target.name, 0);
    for (std::uint64_t round = 0; round < std::uint64_t(target.rounds); ++round)
      run(tests::damaged(seeds[round % seeds.size()], draw, round), "round " + std::to_string(round));
  }
  std::cout << fuzz::targets().size() << " targets, " << broken << " inputs for which something does not hold\n";
  return broken == 0 && !fuzz::targets().empty() ? 0 : 1;
}

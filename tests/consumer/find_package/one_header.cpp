// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/filter/starcoder2.hpp>

#include <iostream>
#include <string>

int main() {
  std::string const good = "int main() {\n  return 0;\n}\n", bad = "int x = 1;  // " + std::string(2000, 'y') + "\n";
  std::cout << snowcoder::filter::starcoder2::refuses(good).value_or("kept") << "\n"
            << snowcoder::filter::starcoder2::refuses(bad).value_or("kept") << "\n";
}

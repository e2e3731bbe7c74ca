// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/corpus/notebook.hpp>

#include "support/catch.hpp"

#include <string>

using namespace snowcoder::corpus;

TEST_CASE("a structured notebook has markdown, code and output between sentinels") {
  auto const book = notebook_structure(R"({"cells": [
    {"cell_type": "markdown", "source": "# Title\n"}, {"cell_type": "markdown", "source": ["more\n", "words"]},
    {"cell_type": "code", "source": "print(1)\n", "outputs": [
       {"output_type": "stream", "text": ["1\n"]},
       {"output_type": "execute_result", "data": {"text/plain": "2", "image/png": "iVBOR"}},
       {"output_type": "error", "ename": "E", "traceback": ["t"]}]},
    {"cell_type": "code", "source": "x = 1", "outputs": []},
    {"cell_type": "raw", "source": "left out"}, {"cell_type": "markdown", "source": "end"}]})",
                                       "a.ipynb");
  REQUIRE(book);
  CHECK(*book ==
        "<jupyter_start><jupyter_text># Title\nmore\nwords<jupyter_code>print(1)<jupyter_output>1\n2"
        "<jupyter_code>x = 1<jupyter_output><empty_output><jupyter_text>end");
}

TEST_CASE("no cell can forge the next one, and long output is cut between characters") {
  auto const forged = notebook_structure(
      R"({"cells": [{"cell_type": "code", "source": "s = '<jupyter_output>9<empty_output>'", "outputs": [{"text": 5}, 1]}]})",
      "");
  REQUIRE(forged);
  CHECK(*forged == "<jupyter_start><jupyter_code>s = '< jupyter_output>9< empty_output>'<jupyter_output><empty_output>");
  CHECK(script_text("<jupyter_start><jupyter_code>1", snowcoder::config::notebook_form::structured) ==
        "< jupyter_start>< jupyter_code>1");  // came as text
  CHECK(script_text("<jupyter_start>1", snowcoder::config::notebook_form::script) == "<jupyter_start>1");
  std::string wide = "a";
  for (int i = 0; i < 1500; ++i) wide += "\xc3\xa9";
  auto const cut = notebook_structure(
      R"x({"cells": [{"cell_type": "code", "source": "f()", "outputs": [{"text": ")x" + wide + R"x("}]}]})x", "");
  REQUIRE(cut);
  CHECK(cut->size() == std::string("<jupyter_start><jupyter_code>f()<jupyter_output>").size() + 1999);
  CHECK(notebook_structure(R"({"cells": [{"cell_type": "markdown", "source": "words"}]})", "")->empty());
  CHECK_FALSE(notebook_structure("{}", ""));
  std::string keys = "{\"cells\": []";
  for (int i = 0; i < 1'000'000; ++i) keys += ",\"" + std::to_string(i) + "\":0";
  CHECK(notebook_script(keys + "}", "")->empty());  // a look at every key for each would take the test's whole time
  auto const deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  CHECK_FALSE(notebook_script("{\"metadata\": " + deep + ", \"nbformat\": 4, \"cells\": []}", ""));
}

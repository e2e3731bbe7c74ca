// Autocomplete for place names.
//
// A search box should suggest the most visited places whose names start with the text typed so
// far. Names are stored in a trie; every node remembers the highest visit count below it, which
// lets a best-first search produce suggestions in order without touching unpromising branches.

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

class PlaceTrie {
 public:
  // Adds a place; a repeated name adds to its visit count.
  void insert(std::string_view name, long visits) {
    Node* node = &root_;
    std::vector<Node*> path{node};
    for (char letter : name) {
      auto& child = node->children[letter];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
      path.push_back(node);
    }
    node->visits += visits;
    for (Node* visited : path) visited->best = std::max(visited->best, node->visits);
  }

  // Returns up to `limit` completions of `prefix`, most visited first.
  std::vector<std::string> suggest(std::string_view prefix, std::size_t limit) const {
    const Node* start = &root_;
    for (char letter : prefix) {
      auto found = start->children.find(letter);
      if (found == start->children.end()) return {};
      start = found->second.get();
    }

    std::priority_queue<Candidate> queue;
    queue.push({start->best, std::string(prefix), start});
    std::vector<std::string> names;
    while (!queue.empty() && names.size() < limit) {
      Candidate top = queue.top();
      queue.pop();
      if (top.node == nullptr) {
        names.push_back(std::move(top.text));
        continue;
      }
      if (top.node->visits > 0) queue.push({top.node->visits, top.text, nullptr});
      for (const auto& [letter, child] : top.node->children) {
        queue.push({child->best, top.text + letter, child.get()});
      }
    }
    return names;
  }

 private:
  struct Node {
    std::map<char, std::unique_ptr<Node>> children;
    long visits = 0;  // zero: no place ends here
    long best = 0;    // maximum of `visits` in this subtree
  };

  // Either a subtree still to be expanded or, with a null node, a finished name.
  struct Candidate {
    long score;
    std::string text;
    const Node* node;

    bool operator<(const Candidate& other) const {
      return score != other.score ? score < other.score : text > other.text;
    }
  };

  Node root_;
};

int main() {
  PlaceTrie places;
  places.insert("harbour", 120);
  places.insert("hall", 300);
  places.insert("harvest market", 210);
  places.insert("museum", 500);
  for (const auto& name : places.suggest("ha", 2)) std::cout << name << '\n';
}

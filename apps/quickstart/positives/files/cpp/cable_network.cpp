// Plan the cheapest cable network between villages, then see which outages split it.
//
// Possible cable routes have a cost. First select a cheapest set of routes that connects all
// villages (a minimum spanning forest if some cannot be reached). Then answer outage questions:
// into how many parts does the planned network fall if one village loses power?

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <numeric>
#include <utility>
#include <vector>

class DisjointSets {
 public:
  explicit DisjointSets(std::size_t size) : parent_(size), weight_(size, 1), count_(size) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  std::size_t find(std::size_t item) {
    while (parent_[item] != item) {
      parent_[item] = parent_[parent_[item]];  // path halving
      item = parent_[item];
    }
    return item;
  }

  // Joins two sets; returns false if they were one set already.
  bool unite(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    if (a == b) return false;
    if (weight_[a] < weight_[b]) std::swap(a, b);
    parent_[b] = a;
    weight_[a] += weight_[b];
    --count_;
    return true;
  }

  std::size_t count() const { return count_; }

 private:
  std::vector<std::size_t> parent_;
  std::vector<std::size_t> weight_;
  std::size_t count_;
};

struct Route {
  std::size_t from;
  std::size_t to;
  int cost;
};

std::vector<Route> cheapest_network(std::size_t villages, std::vector<Route> routes) {
  std::stable_sort(routes.begin(), routes.end(),
                   [](const Route& a, const Route& b) { return a.cost < b.cost; });
  DisjointSets connected(villages);
  std::vector<Route> chosen;
  for (const Route& route : routes) {
    if (connected.unite(route.from, route.to)) chosen.push_back(route);
  }
  return chosen;
}

std::size_t parts_without(std::size_t villages, const std::vector<Route>& network,
                          std::size_t failed) {
  DisjointSets alive(villages);
  for (const Route& route : network) {
    if (route.from != failed && route.to != failed) alive.unite(route.from, route.to);
  }
  return alive.count() - 1;  // the failed village itself is not a part
}

int main() {
  constexpr std::size_t villages = 5;
  const auto network = cheapest_network(
      villages, {{0, 1, 7}, {0, 2, 3}, {1, 2, 4}, {2, 3, 6}, {3, 4, 2}, {2, 4, 9}});
  int total = 0;
  for (const Route& route : network) {
    total += route.cost;
    std::cout << route.from << " - " << route.to << " costs " << route.cost << '\n';
  }
  std::cout << "total " << total << "; without village 2 there are "
            << parts_without(villages, network, 2) << " parts\n";
}

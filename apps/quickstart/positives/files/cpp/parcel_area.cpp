// Survey of land parcels given as polygons.
//
// A parcel is a simple polygon with corners in metres, in either direction of rotation. For each
// parcel report the area, the perimeter and the centroid, and decide whether a given well lies
// inside, on the boundary of, or outside the parcel.

#include <cmath>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

struct Point {
  double x;
  double y;
};

Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
double cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }
double dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }

enum class Location { inside, boundary, outside };

class Parcel {
 public:
  explicit Parcel(std::vector<Point> corners) : corners_(std::move(corners)) {
    if (corners_.size() < 3) throw std::invalid_argument("a parcel needs three corners");
    for (std::size_t i = 0; i < corners_.size(); ++i) {
      const auto [from, to] = edge(i);
      const double doubled = cross(from, to);
      signed_area_ += doubled / 2;
      moment_.x += (from.x + to.x) * doubled;
      moment_.y += (from.y + to.y) * doubled;
      perimeter_ += std::sqrt(dot(to - from, to - from));
    }
    if (signed_area_ == 0) throw std::invalid_argument("the parcel has no area");
  }

  double area() const { return std::abs(signed_area_); }
  double perimeter() const { return perimeter_; }
  Point centroid() const {
    return {moment_.x / (6 * signed_area_), moment_.y / (6 * signed_area_)};
  }

  // Counts crossings of a ray that leaves `p` towards positive x.
  Location locate(Point p, double tolerance = 1e-9) const {
    bool inside = false;
    for (std::size_t i = 0; i < corners_.size(); ++i) {
      const auto [from, to] = edge(i);
      const double side = cross(to - from, p - from);
      const bool between = dot(from - p, to - p) <= tolerance;
      if (std::abs(side) <= tolerance && between) return Location::boundary;
      const bool straddles = (from.y > p.y) != (to.y > p.y);
      if (straddles && (side > 0) == (to.y > from.y)) inside = !inside;
    }
    return inside ? Location::inside : Location::outside;
  }

 private:
  std::pair<Point, Point> edge(std::size_t i) const {
    return {corners_[i], corners_[(i + 1) % corners_.size()]};
  }

  std::vector<Point> corners_;
  double signed_area_ = 0;
  double perimeter_ = 0;
  Point moment_{0, 0};
};

int main() {
  const Parcel field({{0, 0}, {40, 0}, {40, 10}, {20, 10}, {20, 30}, {0, 30}});
  const Point centre = field.centroid();
  std::cout << std::fixed << std::setprecision(2) << field.area() << " m2, perimeter "
            << field.perimeter() << " m, centroid " << centre.x << ", " << centre.y << '\n';
  const std::string names[] = {"inside", "on the boundary", "outside"};
  for (Point well : {Point{10, 25}, Point{20, 20}, Point{30, 20}}) {
    std::cout << "well is " << names[static_cast<int>(field.locate(well))] << '\n';
  }
}

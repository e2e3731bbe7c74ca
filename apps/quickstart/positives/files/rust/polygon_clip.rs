//! Map tiles only need the part of each parcel that lies inside the tile. This
//! file clips a simple polygon against an axis-parallel rectangle by cutting it
//! with one half plane after the other, and checks the result by its area.

#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    x: f64,
    y: f64,
}

/// An axis-parallel rectangle given by two opposite corners.
#[derive(Clone, Copy, Debug)]
struct Tile {
    min: Point,
    max: Point,
}

/// The half plane of all points `p` with `a * p.x + b * p.y <= c`.
#[derive(Clone, Copy)]
struct HalfPlane {
    a: f64,
    b: f64,
    c: f64,
}

impl HalfPlane {
    /// Negative inside, zero on the border, positive outside.
    fn excess(&self, p: Point) -> f64 {
        self.a * p.x + self.b * p.y - self.c
    }

    /// The part of `polygon` inside this half plane.
    fn clip(&self, polygon: &[Point]) -> Vec<Point> {
        let mut kept = Vec::with_capacity(polygon.len() + 1);
        for (i, &to) in polygon.iter().enumerate() {
            let from = polygon[(i + polygon.len() - 1) % polygon.len()];
            let (d0, d1) = (self.excess(from), self.excess(to));
            if (d0 < 0.0 && d1 > 0.0) || (d0 > 0.0 && d1 < 0.0) {
                let t = d0 / (d0 - d1);
                kept.push(Point {
                    x: from.x + t * (to.x - from.x),
                    y: from.y + t * (to.y - from.y),
                });
            }
            if d1 <= 0.0 {
                kept.push(to);
            }
        }
        kept
    }
}

/// The intersection of `polygon` with `tile`; empty if they do not meet.
fn clip_to_tile(polygon: &[Point], tile: Tile) -> Vec<Point> {
    let sides = [
        HalfPlane { a: -1.0, b: 0.0, c: -tile.min.x },
        HalfPlane { a: 1.0, b: 0.0, c: tile.max.x },
        HalfPlane { a: 0.0, b: -1.0, c: -tile.min.y },
        HalfPlane { a: 0.0, b: 1.0, c: tile.max.y },
    ];
    sides.iter().fold(polygon.to_vec(), |rest, side| side.clip(&rest))
}

/// The unsigned area enclosed by `polygon`.
fn area(polygon: &[Point]) -> f64 {
    let next = polygon.iter().cycle().skip(1);
    let doubled: f64 = polygon.iter().zip(next).map(|(p, q)| p.x * q.y - q.x * p.y).sum();
    doubled.abs() / 2.0
}

fn main() {
    let parcel = [(-1.0, 1.0), (2.0, -2.0), (5.0, 1.0), (2.0, 4.0)]
        .map(|(x, y)| Point { x, y });
    let tile = Tile { min: Point { x: 0.0, y: 0.0 }, max: Point { x: 4.0, y: 4.0 } };

    let inside = clip_to_tile(&parcel, tile);
    for p in &inside {
        println!("({:.2}, {:.2})", p.x, p.y);
    }
    println!("{:.2} of {:.2} square units are visible", area(&inside), area(&parcel));

    let far = Tile { min: Point { x: 9.0, y: 9.0 }, max: Point { x: 10.0, y: 10.0 } };
    assert!(clip_to_tile(&parcel, far).is_empty());
}

//! Meeting room bookings: half-open intervals in minutes since midnight that
//! must not overlap within one room. Bookings are kept in a `BTreeMap` keyed by
//! their start, so conflicts and free gaps are found in logarithmic time.

use std::collections::BTreeMap;
use std::fmt;

/// A booked interval `[start, end)` together with its owner.
#[derive(Clone, Debug, PartialEq)]
struct Booking {
    start: u16,
    end: u16,
    owner: String,
}

impl fmt::Display for Booking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
        write!(f, "{}-{} {}", clock(self.start), clock(self.end), self.owner)
    }
}

#[derive(Debug, PartialEq)]
enum BookingError {
    Empty,
    Conflict(Booking),
}

#[derive(Default)]
struct Room {
    by_start: BTreeMap<u16, Booking>,
}

impl Room {
    /// Adds a booking unless it is empty or overlaps an existing one.
    fn book(&mut self, start: u16, end: u16, owner: &str) -> Result<(), BookingError> {
        if start >= end {
            return Err(BookingError::Empty);
        }
        // Only the last booking that begins before `end` can reach into us.
        if let Some((_, other)) = self.by_start.range(..end).next_back() {
            if other.end > start {
                return Err(BookingError::Conflict(other.clone()));
            }
        }
        self.by_start.insert(start, Booking { start, end, owner: owner.to_owned() });
        Ok(())
    }

    /// Cancels the booking that begins at `start`.
    fn cancel(&mut self, start: u16) -> Option<Booking> {
        self.by_start.remove(&start)
    }

    /// The earliest start of a free slot of `length` minutes within the window.
    fn first_gap(&self, open: u16, close: u16, length: u16) -> Option<u16> {
        let mut candidate = open;
        for booking in self.by_start.values().filter(|b| b.end > open) {
            if booking.start >= candidate.saturating_add(length) {
                break;
            }
            candidate = candidate.max(booking.end);
        }
        (candidate.saturating_add(length) <= close).then_some(candidate)
    }
}

fn main() {
    let mut room = Room::default();
    let at = |h: u16, m: u16| h * 60 + m;

    room.book(at(9, 0), at(10, 0), "design review").unwrap();
    room.book(at(10, 15), at(11, 30), "interviews").unwrap();
    match room.book(at(9, 45), at(10, 30), "lunch talk") {
        Err(BookingError::Conflict(other)) => println!("conflict with {other}"),
        outcome => println!("unexpected: {outcome:?}"),
    }

    assert_eq!(room.first_gap(at(9, 0), at(18, 0), 15), Some(at(10, 0)));
    assert_eq!(room.first_gap(at(9, 0), at(18, 0), 45), Some(at(11, 30)));
    room.cancel(at(10, 15));
    assert_eq!(room.first_gap(at(9, 0), at(18, 0), 45), Some(at(10, 0)));
    println!("all {} remaining bookings are consistent", room.by_start.len());
}

/// Finds the connection with the earliest arrival in a bus timetable.
///
/// All trips between neighbouring stops are scanned once in order of departure. A
/// trip can be used if we are at its stop in time, allowing for a minimum time to
/// change buses; staying on the same bus needs no time at all.
struct Trip {
    let line: String
    let from: String
    let to: String
    let departure: Int   // minutes after midnight
    let arrival: Int
}

struct Timetable {
    private let trips: [Trip]
    private let changeTime: Int

    init(_ trips: [Trip], changeTime: Int = 3) {
        self.trips = trips.sorted { $0.departure < $1.departure }
        self.changeTime = changeTime
    }

    /// The trips to take in order to get from `origin` to `target`, or nil.
    func earliestArrival(from origin: String, to target: String, after start: Int) -> [Trip]? {
        // The best known way to reach each stop; the origin has no incoming trip.
        var reached: [String: (time: Int, by: Trip?)] = [origin: (start, nil)]

        for trip in trips {
            guard let here = reached[trip.from] else { continue }
            let needsChange = here.by.map { $0.line != trip.line } ?? false
            let ready = here.time + (needsChange ? changeTime : 0)
            guard ready <= trip.departure else { continue }
            if let known = reached[trip.to], known.time <= trip.arrival { continue }
            reached[trip.to] = (trip.arrival, trip)
        }

        guard origin != target else { return [] }
        var route: [Trip] = []
        var stop = target
        while let trip = reached[stop]?.by, stop != origin {
            route.append(trip)
            stop = trip.from
        }
        return route.isEmpty ? nil : route.reversed()
    }
}

func clock(_ minutes: Int) -> String {
    let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
    return "\(hour):\(minute < 10 ? "0" : "")\(minute)"
}

let timetable = Timetable([
    Trip(line: "12", from: "Harbour", to: "Market", departure: 480, arrival: 488),
    Trip(line: "12", from: "Market", to: "Hospital", departure: 488, arrival: 505),
    Trip(line: "7", from: "Market", to: "Hospital", departure: 489, arrival: 496),
    Trip(line: "7", from: "Market", to: "Hospital", departure: 494, arrival: 501),
    Trip(line: "3", from: "Hospital", to: "Airport", departure: 506, arrival: 530),
])

if let route = timetable.earliestArrival(from: "Harbour", to: "Airport", after: 475) {
    for trip in route {
        let ride = "\(trip.from) -> \(trip.to), bus \(trip.line)"
        print("\(clock(trip.departure))-\(clock(trip.arrival)) \(ride)")
    }
}
let wayBack = timetable.earliestArrival(from: "Airport", to: "Harbour", after: 0)
print(wayBack == nil ? "no bus back" : "there is a bus back")

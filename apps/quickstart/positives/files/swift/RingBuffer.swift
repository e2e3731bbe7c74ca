/// A fixed-size buffer for the most recent samples of a sensor, with a moving
/// average and a simple alarm rule on top of it.
///
/// Appending to a full buffer overwrites the oldest sample, so the memory use stays
/// constant no matter how long the device runs.
struct RingBuffer<Element> {
    private var storage: [Element] = []
    private var next = 0
    let capacity: Int

    init(capacity: Int) {
        precondition(capacity > 0, "a ring buffer needs room for one element")
        self.capacity = capacity
        storage.reserveCapacity(capacity)
    }

    var isFull: Bool { storage.count == capacity }

    /// Adds an element and returns the one that had to make room for it, if any.
    @discardableResult
    mutating func append(_ element: Element) -> Element? {
        defer { next = (next + 1) % capacity }
        guard isFull else {
            storage.append(element)
            return nil
        }
        let oldest = storage[next]
        storage[next] = element
        return oldest
    }
}

extension RingBuffer: RandomAccessCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { storage.count }

    /// Position 0 is the oldest element that is still present.
    subscript(position: Int) -> Element {
        precondition(indices.contains(position), "index out of range")
        return isFull ? storage[(next + position) % capacity] : storage[position]
    }
}

/// Raises an alarm when a sample is far above the average of those before it.
struct SpikeDetector {
    private var window: RingBuffer<Double>
    private let ratio: Double

    init(windowSize: Int, ratio: Double) {
        window = RingBuffer(capacity: windowSize)
        self.ratio = ratio
    }

    /// Returns whether `sample` is a spike; spikes do not enter the average.
    mutating func observe(_ sample: Double) -> Bool {
        let average = window.reduce(0, +) / Double(window.count)
        if window.isFull && sample > average * ratio {
            return true
        }
        window.append(sample)
        return false
    }
}

var recent = RingBuffer<Int>(capacity: 3)
for value in 1...5 {
    if let lost = recent.append(value) {
        print("\(value) replaced \(lost)")
    }
}
print("kept: \(Array(recent)), oldest first")

var detector = SpikeDetector(windowSize: 4, ratio: 2)
let samples = [1.0, 1.2, 0.9, 1.1, 1.3, 4.8, 1.0]
let spikes = samples.filter { detector.observe($0) }
print("spikes: \(spikes)")

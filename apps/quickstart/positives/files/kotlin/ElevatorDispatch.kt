import kotlin.math.abs

/**
 * Simulates one lift that serves calls in the direction it is already travelling
 * before it turns round. The demo compares the distance travelled with a lift
 * that serves the calls strictly in the order in which they were made.
 */
enum class Direction { UP, DOWN, IDLE }

class Lift(private var floor: Int = 0) {
    private val stops = sortedSetOf<Int>()
    private var direction = Direction.IDLE
    var travelled = 0
        private set

    fun call(target: Int) {
        if (target != floor) stops += target
    }

    /** Moves by one floor and returns the floor if the doors open there. */
    fun step(): Int? {
        direction = nextDirection()
        when (direction) {
            Direction.UP -> floor++
            Direction.DOWN -> floor--
            Direction.IDLE -> return null
        }
        travelled++
        return floor.takeIf { stops.remove(it) }
    }

    private fun nextDirection(): Direction {
        val above = stops.any { it > floor }
        val below = stops.any { it < floor }
        return when {
            !above && !below -> Direction.IDLE
            direction == Direction.UP && above -> Direction.UP
            direction == Direction.DOWN && below -> Direction.DOWN
            above && below -> nearestSide()
            else -> if (above) Direction.UP else Direction.DOWN
        }
    }

    private fun nearestSide(): Direction =
        if (stops.minBy { abs(it - floor) } > floor) Direction.UP else Direction.DOWN
}

/** The distance of a lift that serves [calls] one after the other from floor 0. */
fun naiveDistance(calls: List<Int>): Int =
    (listOf(0) + calls).zipWithNext { a, b -> abs(a - b) }.sum()

fun main() {
    val calls = mapOf(0 to listOf(6, 2), 1 to listOf(9), 4 to listOf(1, 8))
    val lift = Lift()
    for (tick in 0..30) {
        calls[tick].orEmpty().forEach(lift::call)
        lift.step()?.let { println("tick $tick: doors open on floor $it") }
    }
    println("${lift.travelled} floors travelled, naive: ${naiveDistance(calls.values.flatten())}")
}

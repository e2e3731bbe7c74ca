/**
 * Schedules the tasks of a renovation project and finds its critical path.
 *
 * Each task has a duration and must wait for others. From the earliest possible
 * start times, computed forwards, and the latest allowed ones, computed backwards,
 * follows the slack: by how many days a task may slip without delaying the end.
 */
data class Task(val name: String, val days: Int, val after: List<String> = emptyList())

data class Slot(val task: Task, val earliest: Int, val latest: Int) {
    val slack get() = latest - earliest
}

/** Orders tasks so that each comes after everything it waits for. */
fun inOrder(tasks: List<Task>): List<Task> {
    val byName = tasks.associateBy { it.name }
    val ordered = linkedSetOf<Task>()

    fun visit(task: Task, path: List<String>) {
        if (task in ordered) return
        require(task.name !in path) { "circular: ${(path + task.name).joinToString(" -> ")}" }
        for (name in task.after) {
            val other = requireNotNull(byName[name]) { "${task.name} waits for unknown $name" }
            visit(other, path + task.name)
        }
        ordered += task
    }

    tasks.forEach { visit(it, emptyList()) }
    return ordered.toList()
}

fun schedule(tasks: List<Task>): List<Slot> {
    val ordered = inOrder(tasks)

    val earliest = mutableMapOf<String, Int>()
    val finish = mutableMapOf<String, Int>()
    for (task in ordered) {
        earliest[task.name] = task.after.maxOfOrNull(finish::getValue) ?: 0
        finish[task.name] = earliest.getValue(task.name) + task.days
    }

    val end = finish.values.maxOrNull() ?: 0
    val deadline = ordered.associateTo(mutableMapOf()) { it.name to end }
    for (task in ordered.asReversed()) {
        val latestStart = deadline.getValue(task.name) - task.days
        for (name in task.after) {
            deadline[name] = minOf(deadline.getValue(name), latestStart)
        }
    }
    return ordered.map { task ->
        Slot(task, earliest.getValue(task.name), deadline.getValue(task.name) - task.days)
    }
}

fun main() {
    val slots = schedule(
        listOf(
            Task("paint", 3, after = listOf("plaster")),
            Task("wiring", 4),
            Task("plaster", 2, after = listOf("wiring", "pipes")),
            Task("pipes", 2),
            Task("order floor", 6),
            Task("lay floor", 2, after = listOf("paint", "order floor")),
        ),
    )
    for (slot in slots) {
        println("%-12s day %2d, slack %d".format(slot.task.name, slot.earliest, slot.slack))
    }
    println("critical: " + slots.filter { it.slack == 0 }.joinToString(" > ") { it.task.name })
}

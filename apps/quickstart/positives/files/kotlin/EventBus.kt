import kotlin.reflect.KClass

/**
 * A typed, synchronous event bus for a desktop application.
 *
 * Handlers subscribe to an event class and also receive its subclasses. A handler
 * that throws does not keep others from being called; its error is collected. A
 * subscription can be cancelled at any time, even from within its own handler.
 */
class EventBus {
    private class Handler(val type: KClass<*>, val priority: Int, val action: (Any) -> Unit)

    fun interface Subscription {
        fun cancel()
    }

    private val handlers = mutableListOf<Handler>()

    fun <E : Any> subscribe(type: KClass<E>, priority: Int = 0, action: (E) -> Unit): Subscription {
        @Suppress("UNCHECKED_CAST") // publish() only passes instances of the type
        val handler = Handler(type, priority, action as (Any) -> Unit)
        // Keep the list sorted: higher priorities first, then order of subscription.
        val at = handlers.indexOfFirst { it.priority < priority }
        handlers.add(if (at < 0) handlers.size else at, handler)
        return Subscription { handlers.remove(handler) }
    }

    inline fun <reified E : Any> on(noinline action: (E) -> Unit): Subscription =
        subscribe(E::class, action = action)

    /** Delivers [event] and returns the errors thrown by handlers. */
    fun publish(event: Any): List<Throwable> =
        handlers
            .filter { it.type.isInstance(event) }   // a copy, safe against changes
            .asSequence()
            .filter { it in handlers }              // skips those cancelled meanwhile
            .mapNotNull { handler -> runCatching { handler.action(event) }.exceptionOrNull() }
            .toList()
}

sealed interface DocumentEvent { val name: String }
data class Opened(override val name: String) : DocumentEvent
data class Saved(override val name: String, val bytes: Int) : DocumentEvent

fun main() {
    val bus = EventBus()
    val recent = ArrayDeque<String>()

    bus.on<DocumentEvent> { event ->
        recent.remove(event.name)
        recent.addFirst(event.name)
    }
    bus.subscribe(Saved::class, priority = 10) { println("saved ${it.bytes} bytes") }
    val faulty = bus.on<Opened> { error("no preview for ${it.name}") }

    val errors = listOf(Opened("plan.txt"), Opened("notes.txt"), Saved("plan.txt", 512))
        .flatMap(bus::publish)
    println("recent: $recent, errors: ${errors.map { it.message }}")

    faulty.cancel()
    check(bus.publish(Opened("budget.txt")).isEmpty())
}

/**
 * A cache for slow lookups such as exchange rates: it holds a limited number of
 * entries, drops the least recently used one when full, and treats entries older
 * than a time to live as absent. The clock is injected to keep tests deterministic.
 */
class LruTtlCache<K, V>(
    private val capacity: Int,
    private val ttlMillis: Long,
    private val clock: () -> Long = System::currentTimeMillis,
) {
    private class Entry<V>(val value: V, val expires: Long)

    // With accessOrder = true, iteration starts at the least recently used entry.
    private val entries = object : LinkedHashMap<K, Entry<V>>(16, 0.75f, true) {
        override fun removeEldestEntry(eldest: MutableMap.MutableEntry<K, Entry<V>>) =
            size > capacity
    }

    var hits = 0
        private set
    var misses = 0
        private set

    init {
        require(capacity > 0) { "capacity must be positive" }
        require(ttlMillis > 0) { "time to live must be positive" }
    }

    /** Returns the cached value, or loads and remembers it. */
    fun get(key: K, load: (K) -> V): V {
        val now = clock()
        entries[key]?.let { entry ->
            if (entry.expires > now) {
                hits++
                return entry.value
            }
        }
        misses++
        return load(key).also { entries[key] = Entry(it, now + ttlMillis) }
    }

    fun invalidate(key: K) {
        entries.remove(key)
    }

    /** The keys from least to most recently used, including expired ones. */
    val keys: List<K> get() = entries.keys.toList()
}

fun main() {
    var now = 0L
    val rates = mapOf("EUR" to 1.0, "USD" to 1.08, "JPY" to 162.3)
    val cache = LruTtlCache<String, Double>(capacity = 2, ttlMillis = 1_000) { now }
    val load: (String) -> Double = rates::getValue

    cache.get("EUR", load)
    cache.get("USD", load)
    cache.get("EUR", load)          // a hit, so that USD is now the oldest
    cache.get("JPY", load)          // evicts USD
    check(cache.keys == listOf("EUR", "JPY"))

    now = 1_500
    cache.get("EUR", load)          // expired, loaded again
    println("${cache.hits} hit(s), ${cache.misses} misses, keys ${cache.keys}")
}

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * A least-recently-used cache for map tiles, limited by total size rather than by count.
 *
 * <p>Tiles differ greatly in size, so each insertion evicts the tiles that have been unused for
 * longest until the new one fits. A circular doubly linked list keeps the order of use.
 */
public final class TileCache<K, V> {

    private static final class Node<K, V> {
        final K key;
        final V value;
        final int size;
        Node<K, V> previous = this;
        Node<K, V> next = this;

        Node(K key, V value, int size) {
            this.key = key;
            this.value = value;
            this.size = size;
        }

        void moveAfter(Node<K, V> anchor) {
            unlink();
            previous = anchor;
            next = anchor.next;
            anchor.next.previous = this;
            anchor.next = this;
        }

        void unlink() {
            previous.next = next;
            next.previous = previous;
        }
    }

    private final Map<K, Node<K, V>> index = new HashMap<>();
    private final Node<K, V> sentinel = new Node<>(null, null, 0);
    private final ToIntFunction<V> sizer;
    private final long capacity;
    private long used;

    public TileCache(long capacity, ToIntFunction<V> sizer) {
        this.capacity = capacity;
        this.sizer = sizer;
    }

    public Optional<V> get(K key) {
        Optional<Node<K, V>> found = Optional.ofNullable(index.get(key));
        found.ifPresent(node -> node.moveAfter(sentinel));
        return found.map(node -> node.value);
    }

    /** Stores a value, unless it alone is larger than the whole cache. */
    public void put(K key, V value) {
        remove(key);
        int size = sizer.applyAsInt(value);
        if (size > capacity) {
            return;
        }
        while (used + size > capacity) {
            remove(sentinel.previous.key);
        }
        Node<K, V> node = new Node<>(key, value, size);
        node.moveAfter(sentinel);
        index.put(key, node);
        used += size;
    }

    public void remove(K key) {
        Node<K, V> node = index.remove(key);
        if (node != null) {
            node.unlink();
            used -= node.size;
        }
    }

    public static void main(String[] args) {
        TileCache<String, byte[]> cache = new TileCache<>(100, tile -> tile.length);
        cache.put("4/8/5", new byte[40]);
        cache.put("4/8/6", new byte[40]);
        cache.get("4/8/5");
        cache.put("4/9/5", new byte[30]);
        System.out.println("in use: " + cache.index.keySet());
    }
}

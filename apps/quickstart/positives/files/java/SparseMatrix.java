import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Steady state of a sparse Markov chain, for example of customers moving between tariff plans.
 *
 * <p>Transition counts are collected in a builder, then frozen into compressed sparse rows.
 * Power iteration multiplies the distribution by the matrix again and again.
 */
public final class SparseMatrix {

    /** Collects counts; rows without counts become absorbing states. */
    public static final class Builder {
        private final int size;
        private final Map<Long, Double> counts = new TreeMap<>();

        public Builder(int size) {
            this.size = size;
        }

        public Builder add(int from, int to, double count) {
            long row = Objects.checkIndex(from, size);
            long key = row * size + Objects.checkIndex(to, size);
            counts.merge(key, count, Double::sum);
            return this;
        }

        public SparseMatrix build() {
            double[] totals = new double[size];
            counts.forEach((key, count) -> totals[(int) (key / size)] += count);
            for (int state = 0; state < size; state++) {
                if (totals[state] == 0) {
                    add(state, state, 1);
                    totals[state] = 1;
                }
            }
            return new SparseMatrix(size, counts, totals);
        }
    }

    private final int size;
    private final int[] rowStart;
    private final int[] column;
    private final double[] probability;

    private SparseMatrix(int size, Map<Long, Double> counts, double[] totals) {
        this.size = size;
        rowStart = new int[size + 1];
        column = new int[counts.size()];
        probability = new double[counts.size()];
        int next = 0;
        for (Map.Entry<Long, Double> cell : counts.entrySet()) {
            int row = (int) (cell.getKey() / size);
            column[next] = (int) (cell.getKey() % size);
            probability[next++] = cell.getValue() / totals[row];
            rowStart[row + 1] = next;
        }
    }

    /** Returns the distribution after one transition. */
    public double[] advance(double[] distribution) {
        double[] result = new double[size];
        for (int row = 0; row < size; row++) {
            for (int k = rowStart[row]; k < rowStart[row + 1]; k++) {
                result[column[k]] += distribution[row] * probability[k];
            }
        }
        return result;
    }

    /** Approaches the steady state from an even distribution in the given number of steps. */
    public double[] steadyState(int steps) {
        double[] current = new double[size];
        Arrays.fill(current, 1.0 / size);
        for (int step = 0; step < steps; step++) {
            current = advance(current);
        }
        return current;
    }

    public static void main(String[] args) {
        SparseMatrix plans = new Builder(3)
                .add(0, 0, 80).add(0, 1, 20).add(1, 1, 70).add(1, 2, 30).add(2, 0, 50).add(2, 2, 50)
                .build();
        System.out.println(Arrays.toString(plans.steadyState(200)));
    }
}

package org.tina.eval;

/** Pass@k: the chance that at least one of k answers to a problem is right. */
public final class PassAtK {

    private PassAtK() {}

    /**
     * The unbiased estimate from n answers of which c are right (Chen et al. 2021, equation 1): the
     * share of the choices of k answers that have a right one among them, {@code 1 - C(n-c, k) /
     * C(n, k)}. Computed as a product, as the binomials overflow.
     *
     * @param n answers, at least 1
     * @param c right ones, 0 to n
     * @param k 1 to n
     * @return in [0, 1]; c / n for k = 1
     */
    public static double unbiased(int n, int c, int k) {
        if (n < 1 || c < 0 || c > n || k < 1 || k > n) {
            throw new IllegalArgumentException(
                    "pass@%d of %d answers, %d of them right: needs 0 <= right <= answers and 1 <= k <= answers"
                            .formatted(k, n, c));
        }
        double noneRight = 1; // stays exactly 0 from the factor 1 - k/k on, when n - c < k
        for (int i = n - c + 1; i <= n; i++) {
            noneRight *= i <= k ? 0 : 1 - (double) k / i;
        }
        return 1 - noneRight;
    }
}

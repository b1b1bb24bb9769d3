package io.quorate.chaos.workload;

import java.util.List;
import java.util.random.RandomGenerator;

/** What clients ask. Any number of threads draw operations at the same time. */
public interface Workload {
    /** Before all others, one after the other, each again and again until it is done. */
    default List<Operation> first() {
        return List.of();
    }

    /** One more, chosen at random. */
    Operation next(RandomGenerator random);

    /** After all others, in the same way as the first: what makes sure that nothing goes unjudged. */
    List<Operation> last();
}

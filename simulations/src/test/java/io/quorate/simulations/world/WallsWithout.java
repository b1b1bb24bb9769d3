package io.quorate.simulations.world;

import io.quorate.persistence.raft.Walls;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/** All walls but some, which are named as the components of {@link Walls} are. */
public final class WallsWithout {
    private WallsWithout() {}

    /** @throws LinkageError when there is none of that name */
    public static Walls of(String... walls) {
        try {
            RecordComponent[] components = Walls.class.getRecordComponents();
            List<String> names =
                    Arrays.stream(components).map(RecordComponent::getName).toList();
            List<String> missing = List.of(walls);
            if (!names.containsAll(missing)) {
                throw new LinkageError("of " + missing + " not all are walls: " + names);
            }
            Object[] values =
                    names.stream().map(name -> (Object) !missing.contains(name)).toArray();
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return Walls.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Walls is not a record of booleans any more", e);
        }
    }
}

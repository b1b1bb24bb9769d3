package io.quorate.control.follow;

import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The objects that a node without a copy knows, made of the lines that it is told. What belongs together is seen together. For one thread at a time; the
 * states are anybody's.
 */
public final class Followed {
    private Optional<ObjectState> state = Optional.empty();
    private boolean anew;
    private final List<Line> open = new ArrayList<>();

    public Optional<ObjectState> state() {
        return state;
    }

    /** Version after which it is to be told; 0 for everything anew. */
    public long after() {
        return state.map(ObjectState::version).orElse(0L);
    }

    /** Whoever told has ended in the middle of something, or not. */
    public void interrupted() {
        open.clear();
        anew = false;
    }

    /** Nothing is known any more. */
    public void forget() {
        interrupted();
        state = Optional.empty();
    }

    /** @return whether {@link #state} is another now */
    public boolean take(Line line) {
        switch (line.kind()) {
            case ANEW -> {
                open.clear();
                anew = true;
            }
            case IS, GONE -> open.add(line);
            case COMPLETE -> {
                ObjectState before = state.orElse(null);
                ObjectState now = anew || before == null
                        ? ObjectState.of(line.version(), objects())
                        : changed(before).at(line.version());
                interrupted();
                state = Optional.of(now);
                return now != before;
            }
        }
        return false;
    }

    private List<StoredObject> objects() {
        return open.stream().map(Line::object).toList();
    }

    private ObjectState changed(ObjectState before) {
        ObjectState now = before;
        for (Line each : open) {
            now = now.after(each.object(), each.kind() == Line.Kind.GONE, Math.max(now.version(), each.version()));
        }
        return now;
    }
}

package io.quorate.control.controller;

import io.quorate.control.objects.ObjectCommand;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is to be written for one object, in this order; the rest is not tried where one is refused, and the object is looked at again. Creations
 * that follow each other, and so deletions, are under way several at once, at first one, and more and more while none is refused. An event for
 * people to read may be refused without harm.
 *
 * @param againMillis since 1970; when to look again though nothing has changed
 */
public record Plan(List<ObjectCommand> commands, OptionalLong againMillis) {
    public static final Plan REST = new Plan(List.of(), OptionalLong.empty());

    public Plan {
        commands = List.copyOf(commands);
    }

    public static Plan of(List<ObjectCommand> commands) {
        return new Plan(commands, OptionalLong.empty());
    }

    public static Plan again(long atMillis) {
        return new Plan(List.of(), OptionalLong.of(atMillis));
    }
}

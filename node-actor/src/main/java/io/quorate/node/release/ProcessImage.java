package io.quorate.node.release;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.List;

/**
 * Becomes another program in the same process, with the same environment and standard streams ({@code execv(3)}): for a supervisor the node
 * has not ended. Everything else that is open is closed first.
 */
public final class ProcessImage {
    private static final int FIRST_OTHER = 3;
    private static final int CLOSE_ON_EXEC = 4;

    private ProcessImage() {}

    /**
     * Does not return where it succeeds. Call it when nothing is left to be done in this process: no shutdown hook runs.
     *
     * @param forgotten variables that the new program is not to have
     * @throws IOException with the reason, when this platform cannot do it
     */
    @SuppressWarnings("restricted") // the launcher allows it, --enable-native-access
    public static void become(Path program, List<String> arguments, List<String> forgotten) throws IOException {
        Linker linker = Linker.nativeLinker();
        StructLayout captured = Linker.Option.captureStateLayout();
        VarHandle errno = captured.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle unset =
                    handle(linker, "unsetenv", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            for (String name : forgotten) {
                int ignored = (int) unset.invokeExact(arena.allocateFrom(name));
            }
            MethodHandle closeRange = handle(
                    linker,
                    "close_range",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            if ((int) closeRange.invokeExact(FIRST_OTHER, -1, CLOSE_ON_EXEC) != 0) {
                throw new IOException("this kernel cannot close what is open here (close_range)");
            }
            MemorySegment words = arena.allocate(ValueLayout.ADDRESS, arguments.size() + 2L);
            words.setAtIndex(ValueLayout.ADDRESS, 0, arena.allocateFrom(program.toString()));
            for (int i = 0; i < arguments.size(); i++) {
                words.setAtIndex(ValueLayout.ADDRESS, i + 1L, arena.allocateFrom(arguments.get(i)));
            }
            words.setAtIndex(ValueLayout.ADDRESS, arguments.size() + 1L, MemorySegment.NULL);
            MethodHandle exec = linker.downcallHandle(
                    find(linker, "execv"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                    Linker.Option.captureCallState("errno"));
            MemorySegment state = arena.allocate(captured);
            int failed = (int) exec.invokeExact(state, arena.allocateFrom(program.toString()), words);
            throw new IOException(program + " cannot be run in this process: error " + (int) errno.get(state, 0L)
                    + ", result " + failed);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(program + " cannot be run in this process: " + e, e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(Linker linker, String name, FunctionDescriptor form) throws IOException {
        return linker.downcallHandle(find(linker, name), form);
    }

    private static MemorySegment find(Linker linker, String name) throws IOException {
        return linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new IOException("the C library of this machine has no " + name));
    }
}

package io.quorate.chaos.network;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * A network device whose other end is this process ({@code Documentation/networking/tuntap.rst} of Linux): what a machine sends over it is
 * read here, one IP packet at a time, and what is written here that machine receives. It may be moved to another network namespace; it is
 * gone when it is closed, or when its namespace goes. One thread reads; any may write.
 */
final class TunDevice implements AutoCloseable {
    /** More than any packet of a device with the usual MTU of 1500 bytes. */
    static final int LONGEST_PACKET = 2048;

    private static final String CLONE = "/dev/net/tun";
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;

    /** {@code _IOW('T', 202, int)} on x86, ARM and RISC-V. */
    private static final long TUNSETIFF = 0x400454caL;

    /** IP packets, and nothing in front of them. */
    private static final short IFF_TUN_NO_PI = 0x1001;

    private static final int IFNAMSIZ = 16;
    private static final int SIZE_OF_IFREQ = 40;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final MethodHandle OPEN = function(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            CAPTURE,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL = function(
            "ioctl",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            CAPTURE,
            Linker.Option.firstVariadicArg(2));
    private static final FunctionDescriptor TRANSFER = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    private static final MethodHandle READ = function("read", TRANSFER);

    /** It does not block: what a device cannot take is dropped. So the array need not be copied first. */
    private static final MethodHandle WRITE = function("write", TRANSFER, Linker.Option.critical(true));

    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final int descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(LONGEST_PACKET);

    private TunDevice(int descriptor) {
        this.descriptor = descriptor;
    }

    private static MethodHandle function(String name, FunctionDescriptor form, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), form, options);
    }

    /**
     * Makes one, in the network namespace of this process.
     *
     * @param name fifteen characters at most
     * @throws IllegalStateException where that is not allowed, or nothing of the kind is there
     */
    static TunDevice create(String name) {
        try (Arena here = Arena.ofConfined()) {
            MemorySegment state = here.allocate(STATE);
            int descriptor = (int) OPEN.invokeExact(state, here.allocateFrom(CLONE), O_RDWR | O_CLOEXEC);
            if (descriptor < 0) {
                throw new IllegalStateException(CLONE + " cannot be opened: errno " + (int) ERRNO.get(state, 0L));
            }
            MemorySegment request = here.allocate(SIZE_OF_IFREQ, Long.BYTES);
            request.setString(0, name);
            request.set(ValueLayout.JAVA_SHORT, IFNAMSIZ, IFF_TUN_NO_PI);
            int made = (int) IOCTL.invokeExact(state, descriptor, TUNSETIFF, request);
            if (made < 0) {
                int errno = (int) ERRNO.get(state, 0L);
                int ignored = (int) CLOSE.invokeExact(descriptor);
                throw new IllegalStateException("a tun device cannot be made: errno " + errno);
            }
            return new TunDevice(descriptor);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /**
     * Waits for the next packet.
     *
     * @param packet where it goes; {@link #LONGEST_PACKET} long
     * @return its length; negative when the device is gone
     */
    int read(byte[] packet) {
        try {
            int length = Math.toIntExact((long) READ.invokeExact(descriptor, buffer, (long) LONGEST_PACKET));
            if (length > 0) {
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, packet, 0, length);
            }
            return length;
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** Sends one on its way. Whether it is taken is not told: links lose packets. */
    void write(byte[] packet, int length) {
        try {
            long ignored = (long) WRITE.invokeExact(descriptor, MemorySegment.ofArray(packet), (long) length);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** Nobody reads or writes any more. */
    @Override
    public void close() {
        try {
            int ignored = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw unchecked(e);
        } finally {
            arena.close();
        }
    }

    /** Calls of the C library throw nothing of their own. */
    private static RuntimeException unchecked(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException(e);
        };
    }
}

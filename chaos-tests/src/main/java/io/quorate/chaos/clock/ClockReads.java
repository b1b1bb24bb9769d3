package io.quorate.chaos.clock;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;

/** Where a class looks at the wall clock: a call, after which the offset is added. Pure. */
final class ClockReads {
    private static final String MILLIS = "currentTimeMillis";

    /** How {@code java.time} gets what is finer than milliseconds. */
    private static final String NANOS = "getNanoTimeAdjustment";

    private static final ClassDesc OFFSET = ClassDesc.of(WallClockOffset.class.getName());
    private static final MethodTypeDesc LONG = MethodTypeDesc.of(ConstantDescs.CD_long);

    private ClockReads() {}

    /** Whether a class names one of the two calls; a cheap look. */
    static boolean mayBeIn(byte[] classFile) {
        String text = new String(classFile, StandardCharsets.ISO_8859_1);
        return text.contains(MILLIS) || text.contains(NANOS);
    }

    /** The same class, with a clock that is wrong. */
    static byte[] turned(byte[] classFile) {
        ClassFile context = ClassFile.of();
        return context.transformClass(
                context.parse(classFile), ClassTransform.transformingMethodBodies((code, element) -> {
                    code.with(element);
                    if (element instanceof InvokeInstruction call && call.opcode() == Opcode.INVOKESTATIC) {
                        String owner = call.owner().asInternalName();
                        String name = call.name().stringValue();
                        if (owner.equals("java/lang/System") && name.equals(MILLIS)) {
                            code.invokestatic(OFFSET, "millis", LONG).ladd();
                        } else if (owner.equals("jdk/internal/misc/VM") && name.equals(NANOS)) {
                            code.invokestatic(OFFSET, "nanos", LONG).ladd();
                        }
                    }
                }));
    }
}

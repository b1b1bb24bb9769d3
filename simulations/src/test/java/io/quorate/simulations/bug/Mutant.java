package io.quorate.simulations.bug;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.function.Consumer;

/**
 * The product with one method that is wrong (a mutant, as in DeMillo, Lipton and Sayward, Hints on Test Data Selection, IEEE Computer
 * 11(4), 1978). The classes of the product are loaded a second time, and that one is rewritten on its way in: so the bug needs no switch
 * in the product. Everything else, the engine too, is as it is.
 */
final class Mutant extends ClassLoader {
    private static final String HOUSE = "io.quorate.";
    private static final String RAFT = "io.quorate.persistence.raft.";
    private static final String NODE = "io.quorate.node.";
    private static final String STORE = "io.quorate.persistence.events.EventStore";
    private static final ClassDesc EVENTS = ClassDesc.of(STORE);
    private static final ClassDesc REPLICA = ClassDesc.of(RAFT + "RaftReplica");
    private static final ClassDesc APPLIED = ClassDesc.of("io.quorate.persistence.contract.Outcome$Applied");
    private static final ClassDesc REASON = ClassDesc.of("io.quorate.persistence.journal.JournalException");
    private static final ClassDesc STAGE = ClassDesc.of("java.util.concurrent.CompletionStage");
    private static final ClassDesc OPTIONAL = ClassDesc.of("java.util.Optional");
    private static final ClassDesc FUTURE = ClassDesc.of("java.util.concurrent.CompletableFuture");

    /** What is wrong, and where. */
    enum Method {
        /** The leader and its followers count an entry before it is on disk. */
        LOG_IS_NOT_FLUSHED(RAFT + "RaftLogStore", "durably"),
        TERM_AND_VOTE_ARE_NOT_STORED(RAFT + "RaftLogStore", "persistAndFlushTerm"),
        FROM_SEQUENCE_NR_IS_NOT_LOOKED_AT(STORE, "decide"),
        DELETED_EVENTS_ARE_KEPT(STORE, "deleteEvents"),
        /** A copy of a copy that deletes meanwhile is taken for whole though it has neither the events nor the deletion. */
        WHAT_A_COPY_LACKS_IS_NOT_NOTED(STORE, "killed"),
        /** Any replica says of what it has applied that nothing was acknowledged after it. */
        READS_DO_NOT_WAIT(RAFT + "RaftReplica", "barrier"),
        /** Who loses the lead says of what it has sent to others already that it is certainly not stored. */
        WHAT_IS_UNKNOWN_IS_SAID_TO_BE_REFUSED(RAFT + "RaftReplica", "reasonOf"),
        /** The group changes, and nobody is told of it. */
        STEPS_ARE_NOT_RECORDED(NODE + "lead.RoleSteps", "assign"),
        /** What is recorded is that a node votes no more, and the group has it still. */
        VOTES_ARE_NOT_TAKEN(NODE + "lead.RoleSteps", "leaveGroup"),
        /** Whoever was lost and is back is answered like any other node. */
        EPOCHS_ARE_NOT_KEPT_APART("io.quorate.persistence.remote.EpochRefusal", "of");

        private final String owner;
        private final String name;

        Method(String owner, String name) {
            this.owner = owner;
            this.name = name;
        }

        /** Whether only whole nodes can show it. */
        boolean isOfClusters() {
            return owner.startsWith(NODE) || this == EPOCHS_ARE_NOT_KEPT_APART;
        }
    }

    private final Method wrong;

    Mutant(Method wrong) {
        super(Mutant.class.getClassLoader());
        this.wrong = wrong;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(HOUSE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            byte[] defined = name.equals(wrong.owner) ? rewritten(bytes) : bytes;
            return defineClass(name, defined, 0, defined.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private byte[] rewritten(byte[] bytes) {
        ClassFile file = ClassFile.of();
        ClassTransform transform = wrong == Method.LOG_IS_NOT_FLUSHED
                ? ClassTransform.transformingMethodBodies(this::isWrong, (code, element) -> {
                    if (element instanceof InvokeInstruction call && call.name().equalsString("write")) {
                        code.pop().iconst_0();
                    }
                    code.with(element);
                })
                : (type, element) -> {
                    if (element instanceof MethodModel method && isWrong(method)) {
                        type.withMethodBody(
                                method.methodName(),
                                method.methodType(),
                                method.flags().flagsMask(),
                                body());
                    } else {
                        type.with(element);
                    }
                };
        return file.transformClass(file.parse(bytes), transform);
    }

    private boolean isWrong(MethodModel method) {
        return method.methodName().equalsString(wrong.name);
    }

    private Consumer<CodeBuilder> body() {
        return switch (wrong) {
            case FROM_SEQUENCE_NR_IS_NOT_LOOKED_AT ->
                code -> code.new_(APPLIED)
                        .dup()
                        .lload(2)
                        .iload(5)
                        .invokespecial(
                                APPLIED,
                                ConstantDescs.INIT_NAME,
                                MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, ConstantDescs.CD_int))
                        .areturn();
            case READS_DO_NOT_WAIT ->
                code -> code.aload(0)
                        .getfield(REPLICA, "events", EVENTS)
                        .invokevirtual(EVENTS, "appliedIndex", MethodTypeDesc.of(ConstantDescs.CD_long))
                        .invokestatic(
                                ConstantDescs.CD_Long,
                                "valueOf",
                                MethodTypeDesc.of(ConstantDescs.CD_Long, ConstantDescs.CD_long))
                        .invokestatic(FUTURE, "completedFuture", MethodTypeDesc.of(FUTURE, ConstantDescs.CD_Object))
                        .areturn();
            case WHAT_IS_UNKNOWN_IS_SAID_TO_BE_REFUSED ->
                code -> code.aload(0)
                        .invokevirtual(REPLICA, "notLeading", MethodTypeDesc.of(REASON))
                        .areturn();
            case STEPS_ARE_NOT_RECORDED, VOTES_ARE_NOT_TAKEN ->
                code -> code.aconst_null()
                        .invokestatic(FUTURE, "completedFuture", MethodTypeDesc.of(FUTURE, ConstantDescs.CD_Object))
                        .checkcast(STAGE)
                        .areturn();
            case EPOCHS_ARE_NOT_KEPT_APART ->
                code -> code.invokestatic(OPTIONAL, "empty", MethodTypeDesc.of(OPTIONAL))
                        .areturn();
            case LOG_IS_NOT_FLUSHED,
                    TERM_AND_VOTE_ARE_NOT_STORED,
                    DELETED_EVENTS_ARE_KEPT,
                    WHAT_A_COPY_LACKS_IS_NOT_NOTED -> CodeBuilder::return_;
        };
    }
}

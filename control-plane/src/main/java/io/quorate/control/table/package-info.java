/**
 * What people see of objects: columns and cells, in the words and the order of kubernetes. Pure; knows {@code resource}. Look next at {@code
 * kubernetes}, which serves them.
 */
@NullMarked
package io.quorate.control.table;

import org.jspecify.annotations.NullMarked;

# cmake -DBUILD=<build folder> -DPREFIX=<folder> -P install.cmake: installs, then moves the result to PREFIX.
cmake_minimum_required(VERSION 3.24)
file(REMOVE_RECURSE ${PREFIX} ${PREFIX}.first)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX}.first OUTPUT_QUIET
  COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${PREFIX}.first ${PREFIX})

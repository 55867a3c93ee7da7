# Every dependency is the installed package where there is one (nothing is downloaded then), else its released sources.
include(FetchContent)

FetchContent_Declare(Eigen3
  GIT_REPOSITORY https://gitlab.com/libeigen/eigen.git GIT_TAG 3.4.0 GIT_SHALLOW ON FIND_PACKAGE_ARGS 3.4)
FetchContent_Declare(nlohmann_json
  GIT_REPOSITORY https://github.com/nlohmann/json.git GIT_TAG v3.11.2 GIT_SHALLOW ON FIND_PACKAGE_ARGS 3.10)
FetchContent_MakeAvailable(Eigen3 nlohmann_json)

find_package(Threads REQUIRED)
find_package(ZLIB QUIET)
find_package(PNG QUIET)
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")
find_package(oneDNN QUIET)

if(PROJECT_IS_TOP_LEVEL)
  FetchContent_Declare(CLI11
    GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git GIT_TAG v2.3.2 GIT_SHALLOW ON FIND_PACKAGE_ARGS)
  FetchContent_Declare(yaml-cpp
    GIT_REPOSITORY https://github.com/jbeder/yaml-cpp.git GIT_TAG 0.8.0 GIT_SHALLOW ON FIND_PACKAGE_ARGS)
  FetchContent_Declare(Catch2 # version 2 serves too: tests/support/catch.hpp
    GIT_REPOSITORY https://github.com/catchorg/Catch2.git GIT_TAG v3.7.1 GIT_SHALLOW ON FIND_PACKAGE_ARGS)
  FetchContent_MakeAvailable(CLI11 yaml-cpp Catch2)
  find_package(benchmark QUIET)
endif()

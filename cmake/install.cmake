# cmake --install: headers, bundled models and the package that find_package(pim) reads. Relocatable.
include(CMakePackageConfigHelpers)
set(pim_package_dir lib/cmake/pim)

install(TARGETS pim EXPORT pimTargets FILE_SET HEADERS DESTINATION include)
set_target_properties(pim_io PROPERTIES EXPORT_NAME io)
install(TARGETS pim_io EXPORT pimIoTargets FILE_SET HEADERS DESTINATION include)
install(EXPORT pimTargets NAMESPACE pim:: DESTINATION ${pim_package_dir})
install(EXPORT pimIoTargets NAMESPACE pim:: DESTINATION ${pim_package_dir})
if(TARGET pim_onednn)
  set_target_properties(pim_onednn PROPERTIES EXPORT_NAME onednn)
  install(TARGETS pim_onednn EXPORT pimOneDNNTargets)
  install(EXPORT pimOneDNNTargets NAMESPACE pim:: DESTINATION ${pim_package_dir})
endif()
install(DIRECTORY models DESTINATION share/pim)

configure_package_config_file(cmake/pimConfig.cmake.in pimConfig.cmake INSTALL_DESTINATION ${pim_package_dir})
write_basic_package_version_file(pimConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/pimConfig.cmake ${PROJECT_BINARY_DIR}/pimConfigVersion.cmake
  cmake/FindoneDNN.cmake DESTINATION ${pim_package_dir})
